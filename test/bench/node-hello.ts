/** The bare node:http server: as little as a request can cost on Node. */
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`ready at http://127.0.0.1:${typeof address === 'object' ? address?.port : ''} `);
});
process.once('SIGTERM', () => process.exit(0));
