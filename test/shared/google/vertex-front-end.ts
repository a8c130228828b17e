/** Vertex AI's generateContent as it answers over HTTP, from a script; what it is asked is kept. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AskedModel {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly systemInstruction: unknown;
    readonly contents: readonly {
      readonly role: string;
      readonly parts: readonly { readonly text: string }[];
    }[];
    readonly generationConfig: Readonly<Record<string, unknown>>;
  };
}

export type ModelAnswer = (response: ServerResponse) => void;

const json = (status: number, body: unknown): ModelAnswer => {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(body));
  };
};

/** A whole answer with this text, as the API's reference has it. */
export function written(text: string, candidate: object = {}): ModelAnswer {
  return json(200, {
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        finishReason: 'STOP',
        avgLogprobs: -0.0212,
        ...candidate,
      },
    ],
    usageMetadata: {
      promptTokenCount: 412,
      candidatesTokenCount: 187,
      thoughtsTokenCount: 23,
      totalTokenCount: 622,
      trafficType: 'ON_DEMAND',
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 412 }],
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 187 }],
    },
    modelVersion: 'gemini-2.5-flash',
    createTime: '2026-11-01T12:00:00.123456Z',
    responseId: 'AbCdEfGhIjKlMnOp',
  });
}

/** A prompt that the model's filters keep from it. */
export const BLOCKED = json(200, {
  promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
  usageMetadata: { promptTokenCount: 412, totalTokenCount: 412 },
  modelVersion: 'gemini-2.5-flash',
});

/** An error as Google's APIs tell it; `message` is what must not reach a log. */
export function refused(code: number, status: string, message = 'secret words of the prompt'): ModelAnswer {
  return json(code, { error: { code, message, status } });
}

export const SILENCE: ModelAnswer = () => undefined;

/** Starts it. Each call takes the next answer of the script; the last one stays. */
export async function startVertex() {
  const asked: AskedModel[] = [];
  let script: ModelAnswer[] = [];
  let dropped = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) dropped += 1;
    });
    let text = '';
    for await (const chunk of request) text += chunk;
    asked.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
    const answer = script.length > 1 ? script.shift() : script[0];
    answer?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** Calls whose connection was cut before they were answered. */
    dropped: () => dropped,
    answer(...answers: ModelAnswer[]) {
      script = answers;
      asked.length = 0;
      dropped = 0;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
