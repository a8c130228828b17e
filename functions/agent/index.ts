/** `agent` in the cloud, on the Functions Framework. */
import { http } from '@google-cloud/functions-framework';
import { createFrameworkListener } from '../../shared/google/framework-listener.ts';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import { createCloudAgent } from './cloud.ts';

http(ENTRY_POINTS.agent, createFrameworkListener(createCloudAgent(process.env)));
