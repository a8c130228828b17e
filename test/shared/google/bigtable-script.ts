/** A channel whose answers a test writes: what Google's emulator never does, and a clock that only sleeping moves. */
import { type BigtableOptions, createBigtableRows } from '../../../shared/google/bigtable-rows.ts';
import type { GrpcCall, GrpcChannel } from '../../../shared/google/grpc-channel.ts';
import { decoded } from './bigtable-protocol.ts';

const TYPE_OF = { ReadRows: 'read', MutateRows: 'mutate', CheckAndMutateRow: 'check' } as const;
type Method = keyof typeof TYPE_OF;

interface FilterFields {
  readonly chain: {
    readonly filters: readonly {
      readonly columnQualifierRegexFilter?: string;
      readonly timestampRangeFilter?: { readonly startTimestampMicros?: number };
    }[];
  };
}

interface MutationFields {
  readonly setCell: { readonly columnQualifier: string; readonly value: string };
}

/** Fields of every request; those of another method are not there. */
export interface RequestFields {
  readonly rows: { readonly rowKeys: readonly string[]; readonly rowRanges: readonly object[] };
  readonly filter: FilterFields;
  readonly entries: readonly { readonly rowKey: string; readonly mutations: readonly MutationFields[] }[];
  readonly rowKey: string;
  readonly predicateFilter: FilterFields;
  readonly trueMutations?: readonly MutationFields[];
  readonly falseMutations?: readonly MutationFields[];
}

/** One call as it went out: the request by the public definition. */
export interface Sent {
  readonly method: Method;
  readonly request: RequestFields;
  readonly call: GrpcCall;
}

/** Messages that a call answers with; what it throws, the call ends with. */
export type Script = (sent: Sent, index: number) => Iterable<Buffer> | AsyncIterable<Buffer>;

export function scripted(script: Script, options: Partial<BigtableOptions> = {}) {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const clock = { now: 0 };

  async function* stream(path: string, request: Uint8Array, call: GrpcCall): AsyncIterable<Buffer> {
    const method = path.slice(path.lastIndexOf('/') + 1) as Method;
    const one = { method, request: decoded(TYPE_OF[method], request) as RequestFields, call };
    sent.push(one);
    yield* script(one, sent.length - 1);
  }
  const collect: GrpcChannel['collect'] = async (...args) => {
    const messages: Buffer[] = [];
    for await (const message of stream(...args)) messages.push(message);
    return messages;
  };
  const channel: GrpcChannel = {
    stream,
    collect,
    unary: async (...args) => (await collect(...args))[0] ?? Buffer.alloc(0),
    close: () => undefined,
  };
  const store = createBigtableRows({
    project: 'p',
    instance: 'segue',
    appProfile: 'writing',
    channel,
    tools: {
      now: () => clock.now,
      sleep: async (ms) => {
        pauses.push(ms);
        clock.now += ms;
      },
      random: () => 1,
    },
    ...options,
  });
  return { store, sent, pauses, clock };
}
