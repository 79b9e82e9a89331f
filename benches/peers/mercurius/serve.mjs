// mercurius as a good team would run it: benches/benches/peers/side.rs starts this with one argument, a JSON object, and reads
// the address that it prints. It ends when its input does.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import { signedIn } from '../signed-in.mjs';

const { url, schema: tables, connections } = JSON.parse(process.argv[2]);

// Instants stay text, as PostgreSQL says them: no Date is made of one only to be written out again.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text.replace(' ', 'T').replace('+00', 'Z'));

const pool = new pg.Pool({
  connectionString: url,
  max: connections,
  idleTimeoutMillis: 0,
  options: `-c search_path=${tables} -c TimeZone=UTC`,
});

const schema = `
  scalar DateTime
  enum MessageStatus { OPEN REPLIED FOLLOW_UP RESOLVED CLOSED }
  enum MessageOrder { NEWEST_FIRST OLDEST_FIRST LAST_ACTIVITY }
  input MessageFilter { status: [MessageStatus!] spam: Boolean = false archived: Boolean = false }
  type Category { id: ID! name: String! }
  type Member { id: ID! name: String! }
  type Visitor { name: String }
  type Message {
    id: ID!
    reference: String!
    status: MessageStatus!
    content: String
    submittedAt: DateTime!
    lastActivityAt: DateTime!
    dueAt: DateTime
    visitor: Visitor!
    category: Category
    assignee: Member
  }
  type PageInfo { hasNextPage: Boolean! }
  type MessageConnection { nodes: [Message!]! pageInfo: PageInfo! }
  type Query { messages(filter: MessageFilter, order: MessageOrder = NEWEST_FIRST, first: Int = 20): MessageConnection! }
`;

const COLUMNS = `message_id AS id, reference, status, content, name, submitted_at AS "submittedAt",
  last_activity_at AS "lastActivityAt", due_at AS "dueAt", category_id AS "categoryId", assignee_id AS "assigneeId"`;

const ORDERS = {
  NEWEST_FIRST: 'submitted_at DESC, message_id DESC',
  OLDEST_FIRST: 'submitted_at, message_id',
  LAST_ACTIVITY: 'last_activity_at DESC, message_id DESC',
};

// Statements have names, so that each is parsed once a connection.
async function messages(_, { filter, order, first }) {
  if (first < 1 || first > 100) throw new Error('a page has 1 to 100 messages');
  const { status, spam = false, archived = false } = filter ?? {};
  const values = [spam ? 1 : 0, archived ? 1 : 0, first + 1];
  if (status) values.push(status);
  const text = `SELECT ${COLUMNS} FROM messages WHERE deleted = 0 AND spam = $1 AND archived = $2
    ${status ? 'AND status = ANY ($4)' : ''} ORDER BY ${ORDERS[order]} LIMIT $3`;
  const { rows } = await pool.query({ name: `messages ${order} ${status ? 1 : 0}`, text, values });
  const hasNextPage = rows.length > first;
  return { nodes: hasNextPage ? rows.slice(0, first) : rows, pageInfo: { hasNextPage } };
}

const CATEGORIES = 'SELECT category_id AS id, name FROM categories WHERE category_id = ANY ($1)';
const MEMBERS = 'SELECT member_id AS id, name FROM members WHERE member_id = ANY ($1)';

// One question for all that a page names, each named once.
function batched(name, text, key) {
  return async (queries) => {
    const ids = [...new Set(queries.map(({ obj }) => obj[key]).filter((id) => id !== null))];
    const { rows } = ids.length > 0 ? await pool.query({ name, text, values: [ids] }) : { rows: [] };
    const found = new Map(rows.map((row) => [row.id, row]));
    return queries.map(({ obj }) => found.get(obj[key]) ?? null);
  };
}

const app = Fastify({ logger: false, bodyLimit: 300 * 1024 });
await app.register(mercurius, {
  schema,
  resolvers: {
    Query: { messages },
    Message: { visitor: ({ name }) => ({ name }) },
  },
  loaders: {
    Message: {
      category: { loader: batched('categories', CATEGORIES, 'categoryId'), opts: { cache: false } },
      assignee: { loader: batched('members', MEMBERS, 'assigneeId'), opts: { cache: false } },
    },
  },
  context: async (request) => ({ member: await signedIn(pool, request.headers.authorization) }),
  jit: 1,
  queryDepth: 15,
  graphiql: false,
});

await app.listen({ host: '127.0.0.1', port: 0 });
console.log(`127.0.0.1:${app.server.address().port}`);
process.stdin.resume().on('end', () => process.exit());
