/** The bare Functions Framework: what its hello world serves is the measure for everything hosted in it. */
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';

http('hello', (_request, response) => {
  response.send('hello');
});
const server = getTestServer('hello').listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`ready at http://127.0.0.1:${typeof address === 'object' ? address?.port : ''} `);
});
process.once('SIGTERM', () => process.exit(0));
