/** The syntax of Google's Workflows as far as it is used here, as data: a source is this as JSON, which is YAML too. */

/** Text is taken as it is, or as an expression where it is `${…}`. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export interface Retry {
  /** A subworkflow of one parameter, the error, that says whether to try again. */
  readonly predicate: string;
  readonly max_retries: number;
  /** Seconds. */
  readonly backoff: {
    readonly initial_delay: number;
    readonly max_delay: number;
    readonly multiplier: number;
  };
}

export interface Call {
  readonly call: string;
  readonly args?: Readonly<Record<string, Value>>;
  readonly result?: string;
  readonly next?: string;
}

export interface Loop {
  readonly value: string;
  readonly in: Value;
  readonly steps: readonly NamedStep[];
}

/** One case of a switch: the first whose condition holds is taken. */
export interface Case {
  readonly condition: string | boolean;
  readonly next?: string;
  readonly steps?: readonly NamedStep[];
  readonly return?: Value;
  readonly raise?: Value;
}

export type Step =
  | Call
  | { readonly assign: readonly Readonly<Record<string, Value>>[] }
  | { readonly switch: readonly Case[]; readonly next?: string }
  | { readonly for: Loop }
  | { readonly parallel: { readonly concurrency_limit?: number; readonly for: Loop } }
  | {
      readonly try: Call | { readonly steps: readonly NamedStep[] };
      readonly retry?: Retry;
      readonly except?: { readonly as: string; readonly steps: readonly NamedStep[] };
    }
  | { readonly return: Value }
  | { readonly raise: Value }
  | { readonly next: string };

/** A step under its name, which no other step of the same workflow has. */
export type NamedStep = Readonly<Record<string, Step>>;

export interface Workflow {
  readonly params?: readonly string[];
  readonly steps: readonly NamedStep[];
}

/** A source: `main` and what it calls. */
export type Source = Readonly<Record<string, Workflow>>;

/** A value that Workflows computes. */
export function expression(text: string): string {
  return `\${${text}}`;
}
