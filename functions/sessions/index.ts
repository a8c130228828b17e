/** `sessions` in the cloud, on the Functions Framework. */
import { http } from '@google-cloud/functions-framework';
import { createFrameworkListener } from '../../shared/google/framework-listener.ts';
import { ENTRY_POINTS } from '../../shared/schema/cloud.ts';
import { createCloudSessions } from './cloud.ts';

http(ENTRY_POINTS.sessions, createFrameworkListener(createCloudSessions(process.env)));
