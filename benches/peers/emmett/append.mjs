// Emmett's event store, asked for the same commands as the other sides: benches/benches/append/emmett.rs starts this
// with one argument, a JSON object, and reads a line for each window: done, repeated, failed, latencies in microseconds.
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const asked = JSON.parse(process.argv[2]);
const { url, connections, streams, submitted, replied } = asked;
// As in benches/benches/append/measure.rs and workload.rs.
const TRIES = 50;
const EXPONENT = 1.1;
const MOVES_ON = 200;

const pool = new pg.Pool({ connectionString: url, max: connections });
const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });

const stream = (number) => `message-${number}`;
const event = (type, data) => ({ type, data });

// What decisions need, as in the domain: that it was submitted, and how often it was replied to.
const initialState = () => ({ submitted: false, replies: 0 });
const evolve = (state, { type }) =>
  type === 'MessageSubmitted' ? { ...state, submitted: true } : { ...state, replies: state.replies + 1 };

async function command(name, isNew) {
  const { state, currentStreamVersion } = await store.aggregateStream(name, { evolve, initialState });
  if (state.submitted === isNew) throw new Error(isNew ? 'submitted already' : 'not submitted');
  const decided = isNew ? event('MessageSubmitted', submitted) : event('MessageReplied', replied);
  await store.appendToStream(name, [decided], { expectedStreamVersion: currentStreamVersion });
}

function ranks() {
  let sum = 0;
  const shares = Array.from({ length: streams }, (_, rank) => (sum += (rank + 1) ** -EXPONENT));
  return shares.map((share) => share / sum);
}

function rankOf(shares, drawn) {
  let [low, high] = [0, shares.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shares[middle] < drawn) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function measure(callers, milliseconds, cell) {
  const shares = ranks();
  const end = performance.now() + milliseconds;
  const all = { done: 0, repeated: 0, failed: 0, latencies: [], failure: '' };
  let asked = cell * 1_000_003;
  const existing = () => {
    const first = Math.floor(asked++ / MOVES_ON) * 997;
    return stream((first + rankOf(shares, Math.random())) % streams);
  };
  const caller = async (number) => {
    for (let nth = number; performance.now() < end; nth++) {
      const isNew = nth % 2 === 0;
      const name = isNew ? `new-${randomUUID()}` : existing();
      const began = performance.now();
      const [answer, repeated] = await ask(name, isNew);
      const ended = performance.now();
      if (ended >= end) return;
      all.repeated += repeated;
      if (answer) {
        all.failed++;
        all.failure ||= answer;
      } else {
        all.done++;
        all.latencies.push(Math.round((ended - began) * 1000));
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  if (all.failure) console.error(all.failure);
  console.log(`${all.done} ${all.repeated} ${all.failed} ${all.latencies.join(',')}`);
}

async function ask(name, isNew) {
  for (let tried = 0; tried < TRIES; tried++) {
    try {
      await command(name, isNew);
      return ['', tried];
    } catch (error) {
      if (error?.name !== 'ExpectedVersionConflictError' && error?.errorCode !== 412) return [String(error), tried];
      await pause(Math.random() * 2 ** Math.min(tried, 5));
    }
  }
  return ['gave up after so many conflicts', TRIES];
}

async function prepare() {
  await store.schema.migrate();
  let next = 0;
  const maker = async () => {
    while (next < streams) {
      const number = next++;
      const replies = Array.from({ length: 9 }, () => event('MessageReplied', replied));
      await store.appendToStream(stream(number), [event('MessageSubmitted', submitted), ...replies]);
    }
  };
  await Promise.all(Array.from({ length: connections }, maker));
}

if (asked.prepare) await prepare();
else for (const window of asked.windows) await measure(asked.callers, window, asked.cell);
await store.close();
await pool.end();
