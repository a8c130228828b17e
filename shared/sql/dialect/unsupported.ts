import { PermanentError } from '../../errors.ts';

/** Where a piece of SQL stands: `line` and `column` count from 1, `text` is the token itself. */
export interface Place {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The dialect layer does not know this SQL, or knows that the two engines would answer differently. */
export class UnsupportedSql extends PermanentError {
  override readonly name = 'UnsupportedSql';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly token: string;

  constructor(file: string, place: Place, why: string) {
    super(`${file}:${place.line}:${place.column}: ${JSON.stringify(place.text)}: ${why}`);
    this.file = file;
    this.line = place.line;
    this.column = place.column;
    this.token = place.text;
  }
}
