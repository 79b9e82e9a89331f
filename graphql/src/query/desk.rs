//! The desk, as anyone may see it.

mod availability;
mod form;
mod hours;
mod settings;

use availability::Availability;
pub(crate) use form::{Category, FieldKind};
use form::{Criterion, Form, LocalisedText};
use hours::{OpeningHours, ServiceTarget};
use settings::{AutoReply, UploadLimits};

use super::contact::ContactKind;
use crate::{
    caller::Asks,
    fault,
    language::Language,
    scalar::{DateTime, Locale, TimeZone},
};
use async_graphql::{Context, ID, Object, Result};
use chrono_tz::Tz;
use domain::{
    access::{Permission, holds},
    ids::CategoryId,
    locale::Locale as DomainLocale,
};
use projections::InForce;

#[derive(Default)]
pub(crate) struct DeskQuery;

#[Object]
impl DeskQuery {
    /// The desk: its name, form and categories, in the language asked for. For anyone.
    async fn desk(&self, ctx: &Context<'_>, locale: Option<Locale>) -> Result<Desk> {
        let asked = locale.map(|locale| locale.0).or_else(|| ctx.locale().cloned());
        Desk::load(ctx, asked).await
    }
}

/// The desk, in one language.
pub(crate) struct Desk {
    settings: InForce,
    own: DomainLocale,
    asked: Option<DomainLocale>,
}

impl Desk {
    pub(crate) async fn load(ctx: &Context<'_>, asked: Option<DomainLocale>) -> Result<Self> {
        Self::of(ctx, ctx.request().desk(ctx.projections()).await?.clone(), asked)
    }

    /// As it is now, whatever was read of it before in the same request.
    pub(crate) async fn load_anew(ctx: &Context<'_>) -> Result<Self> {
        let settings = ctx.projections().desk().await;
        let settings = settings.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Self::of(ctx, settings, ctx.locale().cloned())
    }

    fn of(ctx: &Context<'_>, settings: InForce, asked: Option<DomainLocale>) -> Result<Self> {
        let own = settings.desk.as_ref().and_then(|desk| desk.locales.first().cloned());
        let own = own.ok_or_else(|| fault::internal(ctx.caller(), &"the desk has no language"))?;
        Ok(Self { settings, own, asked })
    }

    /// A category that there is, or was.
    pub(crate) fn category(&self, id: &CategoryId) -> Option<Category> {
        self.settings.category_ever(id).map(|category| self.category_shown(category))
    }

    /// The label of a question that is or was asked.
    pub(super) fn label(&self, field_id: &str) -> String {
        let field = self.settings.field_ever(field_id);
        field.and_then(|field| self.text(&field.label)).unwrap_or_else(|| field_id.to_owned())
    }

    /// The text in the language asked for.
    pub(super) fn text(&self, text: &domain::desk::Localised) -> Option<String> {
        let text = text.text(self.asked.as_ref(), &self.own);
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// The desk.
#[Object]
impl Desk {
    /// Its name.
    async fn name(&self) -> &str {
        self.settings.desk.as_ref().map_or("", |desk| desk.name.as_str())
    }

    /// Its own language.
    async fn locale(&self) -> Locale {
        Locale(self.own.clone())
    }

    /// The languages it speaks.
    async fn locales(&self) -> Vec<Locale> {
        self.settings.desk.iter().flat_map(|desk| desk.locales.iter().cloned().map(Locale)).collect()
    }

    /// The zone that its days are in: those of figures and filters. Opening hours have a zone of their own, which is this one
    /// unless they say otherwise (`openingHours`).
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.settings.desk.as_ref().map_or_else(String::new, |desk| desk.time_zone.clone()))
    }

    /// The region of phone numbers without `+` (ISO 3166-1 alpha-2).
    async fn phone_region(&self) -> &str {
        self.settings.phone_region()
    }

    /// How often it has been revised: `expectedVersion` of what revises it.
    async fn version(&self) -> i64 {
        self.settings.events.into()
    }

    /// The form a visitor fills in.
    async fn form(&self) -> Form {
        self.form_now()
    }

    /// What messages can be about.
    async fn categories(&self) -> Vec<Category> {
        let categories = self.settings.categories.iter().flat_map(|revised| &revised.categories);
        categories.map(|category| self.category_shown(category)).collect()
    }

    /// How messages can be tagged.
    async fn tags(&self) -> Vec<String> {
        self.settings.categories.iter().flat_map(|revised| revised.tags.clone()).collect()
    }

    /// What reviews look at.
    async fn criteria(&self) -> Vec<Criterion> {
        let criteria = self.settings.categories.iter().flat_map(|revised| &revised.criteria);
        criteria.map(|criterion| self.criterion_shown(criterion)).collect()
    }

    /// What visitors are told of what becomes of their words; null: nothing.
    async fn privacy_notice(&self) -> Option<String> {
        self.settings.privacy_notice.as_ref().and_then(|notice| self.text(&notice.text))
    }

    /// Its version: say it with what was filled in, and the message names it; 0: there is none.
    async fn privacy_notice_version(&self) -> u32 {
        self.settings.privacy_notice_version()
    }

    /// The same in each language that it is kept in.
    async fn privacy_notices(&self) -> Vec<LocalisedText> {
        self.settings.privacy_notice.as_ref().map(|notice| form::texts(&notice.text)).unwrap_or_default()
    }

    /// What a visitor is answered at once when the desk is closed; null: nobody has said.
    async fn auto_reply(&self) -> Option<AutoReply> {
        self.settings.auto_reply.as_ref().map(AutoReply::from)
    }

    /// Words whose messages are taken for spam; null for those without `settings.manage`.
    async fn blocked_words(&self, ctx: &Context<'_>) -> Option<&[String]> {
        holds(ctx.caller().actor, Permission::SettingsManage).then(|| self.settings.blocked_words())
    }

    /// What can be sent with a message.
    async fn uploads(&self) -> Option<UploadLimits> {
        self.settings.desk.as_ref().map(UploadLimits::from)
    }

    /// By which kinds of contact visitors are told of replies at the moment: a channel that writes to them so is connected, and
    /// not paused. Whoever leaves another one finds replies where they left the message.
    async fn reaches(&self, ctx: &Context<'_>) -> Result<Vec<ContactKind>> {
        let reached = ctx.projections().reaches().await;
        let reached = reached.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(reached.into_iter().map(Into::into).collect())
    }

    /// Days between deleting a message and the end of its words; 0: at once.
    async fn days_until_shredding(&self) -> u32 {
        self.settings.desk.as_ref().map_or(0, |desk| desk.days_until_shredding)
    }

    /// Are figures shown per member?
    async fn figures_per_member(&self) -> bool {
        self.settings.desk.as_ref().is_some_and(|desk| desk.figures_per_member)
    }

    /// When somebody is there.
    async fn opening_hours(&self) -> Option<OpeningHours> {
        self.settings.opening_hours.as_ref().map(OpeningHours::from)
    }

    /// How soon an answer is due.
    async fn service_target(&self) -> Option<ServiceTarget> {
        self.settings.service_target.as_ref().map(ServiceTarget::from)
    }

    /// Whether somebody is there, for a category or without one: now, or as far as opening hours tell at another moment. A
    /// moment that is past is told by the hours that were in force then. `timeZone` is whose wall clock the words (`text`) tell
    /// times by, such as the visitor's; without it that of the hours.
    async fn availability(
        &self,
        ctx: &Context<'_>,
        at: Option<DateTime>,
        category_id: Option<ID>,
        time_zone: Option<TimeZone>,
    ) -> Result<Availability> {
        let zone = time_zone.map(|zone| zone.0.parse::<Tz>()).transpose().map_err(|_| {
            let why = "timeZone is no time zone such as Asia/Shanghai or Europe/Berlin (IANA)";
            fault::fault(fault::Code::BadRequest, why)
        })?;
        let category_id = category_id.map(|id| CategoryId(id.to_string()));
        if category_id.as_ref().is_some_and(|id| self.settings.category_ever(id).is_none()) {
            return Err(fault::fault(
                fault::Code::BadRequest,
                "there is no such category: desk.categories lists them",
            ));
        }
        let (settings, asked) = match at {
            None => availability::now(ctx, &self.settings, category_id.as_ref()).await?,
            Some(at) => availability::then(ctx, &self.settings, at.0).await?,
        };
        let decided = asked.rule.decide(&settings.hours(category_id.as_ref()), asked.moment);
        let language = Language::of(Some(self.asked.as_ref().unwrap_or(&self.own)));
        let zone = zone.unwrap_or(decided.zone);
        Ok(Availability::told(&decided, asked.rule.by_hours, zone, language))
    }
}
