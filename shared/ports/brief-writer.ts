/** A model that writes a brief from a prompt. It knows names, no ids: code turns them into ids (written-brief.ts). */
import type { Vocabulary } from '../domain/brief-vocabulary.ts';
import type { WrittenBrief } from '../domain/written-brief.ts';

export interface BriefWriter {
  /**
   * Writes what the prompt asks for. Ends as soon as `signal` is aborted. Throws where the model cannot be reached,
   * takes too long or writes something that is no brief; whoever asked then parses the prompt instead.
   */
  write(prompt: string, vocabulary: Vocabulary, signal: AbortSignal): Promise<WrittenBrief>;
}
