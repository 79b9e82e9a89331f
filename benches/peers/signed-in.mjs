// Who asks, as leaveword finds out: the session of a bearer token, by the token's SHA-256, asked of the database with every
// request, so that one that was ended is gone at once.
import { createHash } from 'node:crypto';

const SESSION = `SELECT members.member_id, members.role FROM sessions JOIN members USING (member_id)
  WHERE token_hash = $1 AND expires_at > now() AND active`;

export async function signedIn(pool, authorization) {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new Error('sign in first');
  const hash = createHash('sha256').update(token).digest();
  const { rows } = await pool.query({ name: 'session', text: SESSION, values: [hash] });
  if (rows.length === 0) throw new Error('sign in again');
  return rows[0];
}
