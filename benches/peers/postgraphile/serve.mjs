// PostGraphile 4 as a library, with the settings that its documentation names for production:
// benches/benches/peers/side.rs starts this with one argument, a JSON object, and reads the address that it prints. It ends
// when its input does.
import simplify from '@graphile-contrib/pg-simplify-inflector';
import pg from 'pg';
import postgraphile from 'postgraphile';
import { createServer } from 'node:http';
import { signedIn } from '../signed-in.mjs';

const { url, schema, connections } = JSON.parse(process.argv[2]);

const pool = new pg.Pool({
  connectionString: url,
  max: connections,
  idleTimeoutMillis: 0,
  options: `-c search_path=${schema} -c TimeZone=UTC`,
});

const handler = postgraphile.postgraphile(pool, schema, {
  appendPlugins: [simplify.default ?? simplify],
  watchPg: false,
  graphiql: false,
  retryOnInitFail: false,
  disableQueryLog: true,
  disableDefaultMutations: true,
  dynamicJson: true,
  setofFunctionsContainNulls: false,
  ignoreRBAC: false,
  enableQueryBatching: false,
  allowExplain: false,
  legacyRelations: 'omit',
  bodySizeLimit: '300kB',
  additionalGraphQLContextFromRequest: async (request) => ({ member: await signedIn(pool, request.headers.authorization) }),
});

const server = createServer(handler);
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit());
