//! The desk, as anyone may see it.

mod availability;
mod hours;

use availability::Availability;
use hours::{OpeningHours, ServiceTarget};

use crate::{
    caller::Asks,
    fault,
    language::Language,
    scalar::{DateTime, Locale, TimeZone},
};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::{
    desk::{FieldKind as DomainFieldKind, Settings},
    ids::CategoryId,
    locale::Locale as DomainLocale,
};

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
    settings: Settings,
    own: DomainLocale,
    asked: Option<DomainLocale>,
}

/// Something messages can be about.
#[derive(SimpleObject)]
pub(crate) struct Category {
    /// A short word.
    id: ID,
    /// Its name.
    name: String,
}

/// Something a review looks at.
#[derive(SimpleObject)]
struct Criterion {
    /// A short word.
    id: ID,
    /// Its name.
    name: String,
}

/// The form a visitor fills in.
#[derive(SimpleObject)]
struct Form {
    /// The desk's own fields, in order.
    fields: Vec<FormField>,
    /// Must they say what it is about?
    require_category: bool,
    /// Must they say who they are?
    require_name: bool,
    /// What stands above the form.
    guidance: Option<String>,
}

/// A field of the desk's own.
#[derive(SimpleObject)]
struct FormField {
    /// A short word.
    id: ID,
    /// What is asked.
    kind: FieldKind,
    /// Its label.
    label: String,
    /// What stands below it.
    help: Option<String>,
    /// An answer as an example.
    example: Option<String>,
    /// Must it be filled in?
    required: bool,
    /// What can be chosen.
    options: Vec<String>,
}

/// What a field of the form asks for.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainFieldKind")]
enum FieldKind {
    Text,
    Choice,
    Number,
    Date,
    Checkbox,
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

    fn of(ctx: &Context<'_>, settings: Settings, asked: Option<DomainLocale>) -> Result<Self> {
        let own = settings.desk.as_ref().and_then(|desk| desk.locales.first().cloned());
        let own = own.ok_or_else(|| fault::internal(ctx.caller(), &"the desk has no language"))?;
        Ok(Self { settings, own, asked })
    }

    pub(crate) fn category(&self, id: &CategoryId) -> Option<Category> {
        self.categories_in_order().find(|category| category.id.as_str() == id.0)
    }

    fn categories_in_order(&self) -> impl Iterator<Item = Category> + '_ {
        let categories = self.settings.categories.iter().flat_map(|revised| &revised.categories);
        categories.map(|category| Category {
            id: ID(category.id.0.clone()),
            name: category.name.text(self.asked.as_ref(), &self.own).to_owned(),
        })
    }

    fn text(&self, text: &domain::desk::Localised) -> Option<String> {
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

    /// The zone its hours are in.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.settings.desk.as_ref().map_or_else(String::new, |desk| desk.time_zone.clone()))
    }

    /// The region of phone numbers without `+` (ISO 3166-1 alpha-2).
    async fn phone_region(&self) -> &str {
        self.settings.phone_region()
    }

    /// The form a visitor fills in.
    async fn form(&self) -> Form {
        let form = self.settings.form.as_ref();
        let field = |field: &domain::desk::FormField| FormField {
            id: ID(field.id.clone()),
            kind: field.kind.into(),
            label: self.text(&field.label).unwrap_or_default(),
            help: self.text(&field.help),
            example: self.text(&field.example),
            required: field.required,
            options: field.options.iter().filter_map(|option| self.text(option)).collect(),
        };
        Form {
            fields: form.iter().flat_map(|form| form.fields.iter().map(field)).collect(),
            require_category: form.is_some_and(|form| form.require_category),
            require_name: form.is_some_and(|form| form.require_name),
            guidance: form.and_then(|form| self.text(&form.guidance)),
        }
    }

    /// What messages can be about.
    async fn categories(&self) -> Vec<Category> {
        self.categories_in_order().collect()
    }

    /// How messages can be tagged.
    async fn tags(&self) -> Vec<String> {
        self.settings.categories.iter().flat_map(|revised| revised.tags.clone()).collect()
    }

    /// What reviews look at.
    async fn criteria(&self) -> Vec<Criterion> {
        let criteria = self.settings.categories.iter().flat_map(|revised| &revised.criteria);
        let criterion = |criterion: &domain::desk::Criterion| Criterion {
            id: ID(criterion.id.clone()),
            name: self.text(&criterion.name).unwrap_or_default(),
        };
        criteria.map(criterion).collect()
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
    /// moment that is past is told by the hours that were in force then.
    async fn availability(
        &self,
        ctx: &Context<'_>,
        at: Option<DateTime>,
        category_id: Option<ID>,
    ) -> Result<Availability> {
        let category_id = category_id.map(|id| CategoryId(id.to_string()));
        let (settings, asked) = match at {
            None => availability::now(ctx, &self.settings).await?,
            Some(at) => availability::then(ctx, &self.settings, at.0).await?,
        };
        let decided = asked.rule.decide(&settings.hours(category_id.as_ref()), asked.moment);
        let language = Language::of(Some(self.asked.as_ref().unwrap_or(&self.own)));
        Ok(Availability::told(&decided, asked.rule.by_hours, language))
    }
}
