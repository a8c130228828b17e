/** How the client asks: JSON over fetch, with a token, again after 429 and 503. Nothing here is of Node alone. */

export interface TransportOptions {
  /** Where Segue is served: `https://music.example.com`, with or without a path. */
  readonly baseUrl: string;
  /** A token, or what gives one; asked before every request, so that it may be renewed. */
  readonly token?: string | (() => string | Promise<string>);
  /** How often a request is sent again after 429 or 503; 2 unless told. */
  readonly retries?: number;
  /** With a Retry-After above this the request is not sent again; 10 unless told. */
  readonly longestWaitSeconds?: number;
  /** Instead of the platform's own. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the request, and the wait before it is sent again. */
  readonly signal?: AbortSignal;
}

/** An operation, as the client that is written from the document names it. */
export interface Request {
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  /** Names of the input that go into the query. */
  readonly query?: readonly string[];
  readonly secured?: boolean;
}

/** Sends a request; the input has its parameters by name, and its `body`. */
export type Transport = <Answer>(request: Request, input: object, options?: CallOptions) => Promise<Answer>;

/** RFC 9457, as Segue writes it. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Names the request by its id, which also the log has. */
  readonly instance?: string;
  /** What is wrong with the request, by JSON pointer. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** Any answer that is not one of success. */
export class SegueProblem extends Error {
  override readonly name = 'SegueProblem';
  readonly status: number;
  /** Undefined where somebody in between answered, or the operation tells its failures in another form. */
  readonly problem: ProblemDocument | undefined;
  /** The answer as it came: parsed where it is JSON, otherwise its text. */
  readonly body: unknown;

  constructor(request: string, status: number, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(`${request}: ${status}${problem === undefined ? '' : ` ${problem.detail}`}`);
    this.status = status;
    this.problem = problem;
    this.body = body;
  }
}

const REPEATED = [429, 503];

/** Creates the transport. Its calls throw SegueProblem, and what fetch throws where nobody answers. */
export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, token, retries = 2, longestWaitSeconds = 10 } = options;
  const send = options.fetch ?? ((...given: Parameters<typeof fetch>) => fetch(...given));
  return async <Answer>(request: Request, input: object, { signal }: CallOptions = {}) => {
    const values = input as Readonly<Record<string, unknown>>;
    const url =
      baseUrl.replace(/\/+$/, '') + fillPath(request.path, values) + queryOf(request.query ?? [], values);
    const body = values.body === undefined ? undefined : JSON.stringify(values.body);
    for (let attempt = 0; ; attempt += 1) {
      const headers: Record<string, string> = { accept: 'application/json' };
      if (body !== undefined) headers['content-type'] = 'application/json';
      if (request.secured === true && token !== undefined)
        headers.authorization = `Bearer ${typeof token === 'string' ? token : await token()}`;
      const response = await send(url, {
        method: request.method,
        headers,
        ...(body !== undefined && { body }),
        ...(signal !== undefined && { signal }),
      });
      const answer = read(await response.text());
      const status = response.status;
      if (response.ok && !answer.isText) return { status, data: answer.value } as Answer;
      const seconds = secondsOf(response.headers.get('retry-after'), attempt);
      if (!REPEATED.includes(status) || attempt >= retries || seconds > longestWaitSeconds)
        throw new SegueProblem(`${request.method} ${request.path}`, status, answer.value);
      await wait(seconds * 1000, signal);
    }
  };
}

/** The path with its parameters in it. Throws TypeError for a value that no path can have. */
function fillPath(path: string, values: Readonly<Record<string, unknown>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name] ?? '');
    // A URL takes these, also encoded, as steps from one folder to another.
    if (value === '' || value === '.' || value === '..')
      throw new TypeError(`${name}: ${JSON.stringify(value)} cannot stand in a path`);
    return encodeURIComponent(value);
  });
}

function queryOf(names: readonly string[], values: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = values[name];
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) query.append(name, String(one));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** An answer parsed; `isText` where it is no JSON and not empty. */
function read(text: string): { readonly value: unknown; readonly isText: boolean } {
  if (text === '') return { value: undefined, isText: false };
  try {
    return { value: JSON.parse(text), isText: false };
  } catch {
    return { value: text, isText: true };
  }
}

function isProblem(body: unknown): body is ProblemDocument {
  const { type, title, status, detail } = (body ?? {}) as Partial<Record<keyof ProblemDocument, unknown>>;
  return [type, title, detail].every((value) => typeof value === 'string') && typeof status === 'number';
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3); without it 1, 2, 4 … */
function secondsOf(retryAfter: string | null, attempt: number): number {
  if (retryAfter === null || retryAfter.trim() === '') return 2 ** attempt;
  const seconds = Number(retryAfter);
  const named = Number.isNaN(seconds) ? (Date.parse(retryAfter) - Date.now()) / 1000 : seconds;
  return Number.isNaN(named) ? 2 ** attempt : Math.max(0, named);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
  });
}
