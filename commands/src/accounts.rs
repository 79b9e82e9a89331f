//! Signing in and out, and who a token speaks for.

use crate::{
    Caller, Commands,
    error::CommandError,
    execute::ATTEMPTS,
    password::Password,
    roles,
    streams::{member_key, stream},
    token,
    visitor::TOKEN_LIFE,
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::{
    access::{Grants, RoleId, held},
    actor::Actor,
    decide::Decide,
    ids::{MemberId, VisitorId},
    member::{Giving, Member, MemberCommand, MemberEmail, MemberEvent, SignInMeans},
    text::Name,
};
use store::{AppendError, CredentialRow, Loaded, Reservation, TokenHash, micros};
use uuid::Uuid;

/// A session ends after seven days, whatever happens; in microseconds.
pub(crate) const SESSION_LIFE: i64 = 7 * 24 * 60 * 60 * 1_000_000;
/// A sign-in link is good for a day; in microseconds.
const LINK_LIFE: i64 = 24 * 60 * 60 * 1_000_000;
/// A visitor's token is extended when this much of its life is over; in microseconds: ten days.
const EXTEND_AFTER: i64 = 10 * 24 * 60 * 60 * 1_000_000;
/// Members' addresses are unique; their HMAC is reserved under this kind.
pub(crate) const EMAIL: &str = "member_email";

/// A new session.
#[derive(Clone)]
pub struct SignedIn {
    /// The session's token.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub member_id: MemberId,
    /// The position of the last event that it caused.
    pub position: i64,
}

/// A one-time sign-in link.
#[derive(Clone)]
pub struct SignInLink {
    /// The token that is in it.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Nothing of the token.
impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedIn({})", self.member_id)
    }
}

/// Nothing of the token.
impl std::fmt::Debug for SignInLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignInLink(until {})", self.expires_at)
    }
}

/// A member to be made by an operator, or invited.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Their name.
    pub name: Name,
    /// Their address.
    pub email: MemberEmail,
    /// Their role.
    pub role: RoleId,
}

impl Commands {
    /// Who a bearer token speaks for; `None`: nobody (any more).
    pub async fn authenticate(&self, bearer: &str) -> Result<Option<Actor>, CommandError> {
        let hash = TokenHash::of(bearer);
        if bearer.starts_with(token::SESSION) {
            return Ok(self.store.session(&hash).await?.as_ref().and_then(roles::member));
        }
        if bearer.starts_with(token::KEY) {
            return Ok(self.store.api_key(&hash).await?.as_ref().and_then(roles::key));
        }
        if bearer.starts_with(token::VISITOR) {
            let Some((id, expires_at)) = self.store.visitor_of(&hash).await? else { return Ok(None) };
            let full_life = self.store.clock().micros() + TOKEN_LIFE;
            if full_life - expires_at > EXTEND_AFTER {
                self.store.extend_visitor_token(&hash, full_life).await?;
            }
            return Ok(id.parse::<VisitorId>().ok().map(Actor::Visitor));
        }
        Ok(None)
    }

    /// The same of many tokens at once, in their order. No visitor's token lives longer for it.
    pub async fn authenticate_all(&self, bearers: &[&str]) -> Result<Vec<Option<Actor>>, CommandError> {
        let of_kind = |kind: &str| -> Vec<TokenHash> {
            bearers
                .iter()
                .filter(|bearer| bearer.starts_with(kind))
                .map(|bearer| TokenHash::of(bearer))
                .collect()
        };
        let sessions = self.store.sessions(&of_kind(token::SESSION)).await?;
        let keys = self.store.api_keys(&of_kind(token::KEY)).await?;
        let visitors = self.store.visitors_of(&of_kind(token::VISITOR)).await?;
        let actor = |bearer: &&str| {
            let hash = TokenHash::of(bearer);
            let of_member = sessions.get(&hash).and_then(roles::member);
            let of_key = || keys.get(&hash).and_then(roles::key);
            let of_visitor = || Some(Actor::Visitor(visitors.get(&hash)?.parse().ok()?));
            of_member.or_else(of_key).or_else(of_visitor)
        };
        Ok(bearers.iter().map(actor).collect())
    }

    /// `signIn`: with e-mail and password. An unknown address takes as long as a wrong password. Whoever is wrong
    /// often has to wait, by address and by account, and nobody for ever.
    pub async fn sign_in(
        &self,
        caller: &Caller,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, CommandError> {
        let signing_in = self.count_sign_in(caller, email).await?;
        let reserved = MemberEmail::parse(email).map(|email| self.reserved(&email)).ok();
        let account = match &reserved {
            Some(reserved) => self.store.account_of(EMAIL, reserved).await?,
            None => None,
        };
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        if !self.passwords.fits(Password::attempt(password), hash.clone()).await? {
            if let Some(account) = account {
                self.count_refusal(&account.member_id).await?;
            }
            return Err(CommandError::WrongCredentials);
        }
        self.forgive(signing_in).await?;
        let account = account.ok_or(CommandError::WrongCredentials)?;
        let id = account.member_id.parse().map_err(|_| CommandError::WrongCredentials)?;
        let proof = reserved.zip(hash);
        self.open_session(caller, id, (SignInMeans::Password, proof), |_| vec![]).await
    }

    /// `redeemSignInLink`: once; chooses a password and signs in. Other sessions of the member end.
    pub async fn redeem_sign_in_link(
        &self,
        caller: &Caller,
        link: &str,
        new_password: &str,
    ) -> Result<SignedIn, CommandError> {
        // An invitation is accepted, which is something else.
        if !link.starts_with(token::LINK) {
            return Err(CommandError::LinkUnknown);
        }
        self.enter_by(caller, link, new_password).await
    }

    /// By something that is good once: chooses a password and signs in. Other sessions of the member end.
    pub(crate) async fn enter_by(
        &self,
        caller: &Caller,
        link: &str,
        new_password: &str,
    ) -> Result<SignedIn, CommandError> {
        let link = TokenHash::of(link);
        let member = self.store.sign_in_link(&link).await?.ok_or(CommandError::LinkUnknown)?;
        let id: MemberId = member.parse().map_err(|_| CommandError::LinkUnknown)?;
        match &*self.store.load::<Member>(&member).await?.aggregate {
            Member::Invited(member) if member.active => {}
            Member::Invited(_) | Member::NotInvited => return Err(CommandError::LinkUnknown),
        }
        let hash = self.passwords.hash(Password::parse(new_password)?).await?;
        self.open_session(caller, id, (SignInMeans::Link, None), |at| {
            vec![
                CredentialRow::LinkUsed { token: link.clone(), at },
                CredentialRow::Password { member_id: member.clone(), hash: hash.clone() },
            ]
        })
        .await
    }

    /// `signOut`: ends the session of this token; says whether there was one.
    pub async fn sign_out(&self, bearer: &str) -> Result<bool, CommandError> {
        Ok(self.store.end_session(&TokenHash::of(bearer)).await?)
    }

    /// A new one-time sign-in link for the member with this address.
    pub async fn create_sign_in_link(&self, email: &MemberEmail) -> Result<SignInLink, CommandError> {
        let account = self.store.account_of(EMAIL, &self.reserved(email)).await?;
        self.write_link(&account.ok_or(CommandError::NotFound)?.member_id).await
    }

    pub(crate) async fn write_link(&self, member_id: &str) -> Result<SignInLink, CommandError> {
        let token = token::token(token::LINK, store::random::bytes());
        let expires_at = self.store.clock().micros() + LINK_LIFE;
        self.store.write_sign_in_link(&TokenHash::of(&token), member_id, expires_at).await?;
        Ok(SignInLink { token, expires_at: micros(expires_at) })
    }

    /// Makes a member; with a password they have joined, without one they need a sign-in link.
    pub async fn add_member(
        &self,
        caller: &Caller,
        new: NewMember,
        password: Option<&str>,
    ) -> Result<MemberId, CommandError> {
        let hash = match password {
            Some(password) => Some(self.passwords.hash(Password::parse(password)?).await?),
            None => None,
        };
        let at = self.store.clock().now();
        let id = MemberId(store::random::uuid(at));
        let reserved = self.reserved(&new.email);
        for _ in 0..ATTEMPTS {
            let (roles, relied_on) = self.roles().await?;
            let NewMember { name, email, role } = new.clone();
            let mut credentials =
                vec![CredentialRow::Account { member_id: id.to_string(), role: role.to_string() }];
            let mut member = Member::default();
            let giving = Giving { by: held(caller.actor), roles };
            let mut decided = member.decide(MemberCommand::Invite { at, name, email, role, giving })?;
            if let Some(hash) = hash.clone() {
                decided.iter().cloned().for_each(|event| member.apply(event));
                decided.extend(member.decide(MemberCommand::ChoosePassword { at })?);
                credentials.push(CredentialRow::Password { member_id: id.to_string(), hash });
            }
            let key = Some(member_key(id));
            let stream = stream::<Member>(id.to_string(), &Loaded::new_stream(), key, &decided)?;
            let mut append = self.append(caller, vec![relied_on, stream], None);
            append.credentials = credentials;
            append.reservations =
                vec![Reservation { kind: EMAIL, value: reserved.clone(), holder: id.to_string() }];
            match self.store.append(append).await {
                Ok(_) => return Ok(id),
                Err(AppendError::Conflict) => {}
                Err(AppendError::Taken { .. }) => return Err(CommandError::EmailTaken),
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// Appends that a member signed in, together with their session and what led to it.
    async fn open_session(
        &self,
        caller: &Caller,
        id: MemberId,
        (means, proof): (SignInMeans, Option<(String, String)>),
        leading: impl Fn(i64) -> Vec<CredentialRow>,
    ) -> Result<SignedIn, CommandError> {
        // Signing in needs nothing that a role gives.
        let caller = Caller { actor: Actor::Member { id, grants: Grants::NONE }, ..caller.clone() };
        for _ in 0..ATTEMPTS {
            let (at, now) = (self.store.clock().now(), self.store.clock().micros());
            let loaded = self.store.load::<Member>(&id.to_string()).await?;
            if let Some((reserved, hash)) = &proof {
                // Checking it took a while: what was changed meanwhile opens nothing. A change from here on moves the stream.
                let account = self.store.account_of(EMAIL, reserved).await?;
                if account.and_then(|account| account.password_hash).as_ref() != Some(hash) {
                    return Err(CommandError::WrongCredentials);
                }
            }
            let decided = signing_in((*loaded.aggregate).clone(), at, means)?;
            let token = token::token(token::SESSION, store::random::bytes());
            let expires_at = now + SESSION_LIFE;
            let stream = stream::<Member>(id.to_string(), &loaded, Some(member_key(id)), &decided)?;
            let mut append = self.append(&caller, vec![stream], None);
            append.credentials = leading(now);
            append.credentials.push(CredentialRow::Session {
                token: TokenHash::of(&token),
                member_id: id.to_string(),
                created_at: now,
                expires_at,
            });
            match self.store.append(append).await {
                Ok(appended) => {
                    let position = appended.receipt().position;
                    return Ok(SignedIn { token, expires_at: micros(expires_at), member_id: id, position });
                }
                Err(AppendError::Conflict) => {}
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// What stands for a member's address in the reservations: its HMAC, so that the address itself lies nowhere.
    pub(crate) fn reserved(&self, email: &MemberEmail) -> String {
        let hmac = self.store.derive("member email", &[email.folded().as_bytes()]);
        Uuid::from_u128(u128::from_be_bytes(hmac[..16].try_into().unwrap_or_default())).to_string()
    }
}

/// With a link a password is chosen on the way in.
fn signing_in(
    mut member: Member,
    at: DateTime<Utc>,
    means: SignInMeans,
) -> Result<Vec<MemberEvent>, CommandError> {
    let mut decided = Vec::new();
    if means == SignInMeans::Link {
        decided.extend(member.decide(MemberCommand::ChoosePassword { at })?);
        decided.iter().cloned().for_each(|event| member.apply(event));
    }
    decided.extend(member.decide(MemberCommand::SignIn { at, means })?);
    Ok(decided)
}
