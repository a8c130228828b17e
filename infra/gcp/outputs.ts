/** What `pulumi stack output` tells: addresses, and commands to try them. */
import * as pulumi from '@pulumi/pulumi';
import { backfillCommands } from './backfill.ts';
import type { SegueConfig } from './config.ts';
import type { Endpoint } from './deployment.ts';
import { WORKFLOW } from './nightly.ts';
import type { DoorName, FunctionName } from './sizes.ts';

export interface Outputs {
  readonly ingestUrl: pulumi.Output<string>;
  readonly serveUrl: pulumi.Output<string>;
  readonly sessionsUrl: pulumi.Output<string>;
  /** Of the Model Context Protocol. */
  readonly mcpUrl: pulumi.Output<string>;
  readonly rebuildUrl: pulumi.Output<string>;
  /** Ready to paste; TOKEN is a token of the configured issuer. */
  readonly tryIngest: pulumi.Output<string>;
  readonly tryServe: pulumi.Output<string>;
  readonly trySession: pulumi.Output<string>;
  readonly tryAgent: pulumi.Output<string>;
  readonly tryRebuild: pulumi.Output<string>;
  /** Loads files of history that lie in a folder; see docs/deploying.md. */
  readonly tryBackfill: pulumi.Output<string>;
  /** What the name has to point to, where there is one and Segue does not keep its zone; empty otherwise. */
  readonly edgeAddress: pulumi.Output<string>;
}

/** Outputs of a stack. */
export function outputsOf(
  config: SegueConfig,
  endpoints: Readonly<Record<FunctionName, Endpoint>>,
  edgeAddress: pulumi.Output<string> = pulumi.output(''),
): Outputs {
  const at = (name: DoorName) =>
    config.domain === undefined ? endpoints[name].url : pulumi.output(`https://${config.domain.name}`);
  // Where IAM guards the door as well, it reads its own header and leaves Authorization to Segue.
  const door = config.publicApi
    ? ''
    : ' -H "X-Serverless-Authorization: Bearer $(gcloud auth print-identity-token)"';
  const curl = `curl -sS -H "Authorization: Bearer $TOKEN"${door}`;
  const event =
    '{"events":[{"eventId":"first","type":"listen","listenerId":"me","itemId":"track-1","occurredAt":"2026-01-01T12:00:00Z","msPlayed":200000}]}';
  const session = '{"sessionId":"first","listenerId":"me","seed":{"prompt":"something calm"}}';
  const tools = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  return {
    ingestUrl: at('ingest'),
    serveUrl: at('serve'),
    sessionsUrl: at('sessions'),
    mcpUrl: pulumi.interpolate`${at('agent')}/mcp`,
    rebuildUrl: endpoints.rebuild.url,
    tryIngest: pulumi.interpolate`${curl} -H 'Content-Type: application/json' -d '${event}' ${at('ingest')}/v1/events`,
    tryServe: pulumi.interpolate`${curl} ${at('serve')}/v1/listeners/me/discover-weekly`,
    trySession: pulumi.interpolate`${curl} -H 'Content-Type: application/json' -d '${session}' ${at('sessions')}/v1/sessions`,
    tryAgent: pulumi.interpolate`${curl} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${tools}' ${at('agent')}/mcp`,
    tryRebuild: pulumi.output(
      `gcloud workflows run ${WORKFLOW} --project=${config.project} --location=${config.region}`,
    ),
    tryBackfill: pulumi.output(backfillCommands(config)),
    edgeAddress,
  };
}
