//! The desk itself, its form and categories, its privacy notice and its automatic reply. All need `settings.manage`.

use super::{
    DeskPayload,
    form::{ReviseCategoriesInput, ReviseFormInput},
    manage,
    texts::{LocalisedTextInput, read, read_some},
};
use crate::{
    caller::Asks,
    query::file::FileKind,
    scalar::{Locale, TimeZone},
};
use async_graphql::{Context, InputObject, Object, Result};
use commands::{AutoReplyInput, DeskInput};

#[derive(Default)]
pub(crate) struct SettingsMutation;

/// Another name, zone, and so on; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseDeskInput {
    /// 1 to 100 characters.
    name: Option<String>,
    /// Its languages, at most 30, the first is its own.
    locales: Option<Vec<Locale>>,
    /// The zone its days are in. Opening hours that were in the zone before go with it, those of categories as well; hours in
    /// another zone stay there.
    time_zone: Option<TimeZone>,
    /// The region of phone numbers without `+` (ISO 3166-1 alpha-2).
    phone_region: Option<String>,
    /// Days between deleting a message and the end of its words: 0 (at once) to 3,650.
    days_until_shredding: Option<u32>,
    /// The largest picture, in bytes: 10,240 to 10,485,760.
    upload_bytes: Option<u64>,
    /// The most pictures and other files with each words of a message, together: 0 (none) to 20. In all a message has at most 90.
    uploads_per_message: Option<u32>,
    /// Which other files are taken; empty: none.
    files: Option<Vec<FileKind>>,
    /// The largest of them, in bytes: 10,240 to 20,971,520.
    file_bytes: Option<u64>,
    /// Are figures shown per member?
    figures_per_member: Option<bool>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

/// Another privacy notice.
#[derive(InputObject)]
struct RevisePrivacyNoticeInput {
    /// In each language, at most 10,000 characters; empty: there is none any more.
    text: Vec<LocalisedTextInput>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

/// Another automatic reply; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseAutoReplyInput {
    /// Is it sent?
    enabled: Option<bool>,
    /// What it says when it is known when the desk opens, at most 2,000 characters: `{{opensAt}}` and `{{desk.name}}`
    /// are filled in.
    text: Option<Vec<LocalisedTextInput>>,
    /// What it says when nobody can tell: `{{desk.name}}` is filled in.
    text_without_time: Option<Vec<LocalisedTextInput>>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

/// Other blocked words.
#[derive(InputObject)]
struct ReviseBlockedWordsInput {
    /// All of them, at most 100 of at most 50 characters: words, or several that follow each other. Empty: none any more.
    words: Vec<String>,
    /// The version of the desk last seen; when it no longer holds, nothing happens.
    expected_version: Option<i64>,
}

#[Object]
impl SettingsMutation {
    /// Changes the desk's name, languages, zone, region and limits. Needs `settings.manage`.
    async fn revise_desk(&self, ctx: &Context<'_>, input: ReviseDeskInput) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        let input = DeskInput {
            name: input.name,
            locales: input.locales.map(|all| all.into_iter().map(|locale| locale.0).collect()),
            time_zone: input.time_zone.map(|zone| zone.0),
            phone_region: input.phone_region,
            days_until_shredding: input.days_until_shredding.map(Into::into),
            upload_bytes: input.upload_bytes,
            uploads_per_message: input.uploads_per_message.map(Into::into),
            files: input.files.map(|all| all.into_iter().map(Into::into).collect()),
            file_bytes: input.file_bytes,
            figures_per_member: input.figures_per_member,
        };
        DeskPayload::of(ctx, ctx.commands().revise_desk(ctx.caller(), version, input).await).await
    }

    /// Changes what visitors are asked. Needs `settings.manage`.
    async fn revise_form(&self, ctx: &Context<'_>, input: ReviseFormInput) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        DeskPayload::of(ctx, ctx.commands().revise_form(ctx.caller(), version, input.into()).await).await
    }

    /// Changes categories, tags and review criteria. Needs `settings.manage`.
    async fn revise_categories(
        &self,
        ctx: &Context<'_>,
        input: ReviseCategoriesInput,
    ) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        let revised = ctx.commands().revise_categories(ctx.caller(), version, input.into()).await;
        DeskPayload::of(ctx, revised).await
    }

    /// Changes what visitors are told of what becomes of their words; messages name the version that was shown. Needs
    /// `settings.manage`.
    async fn revise_privacy_notice(
        &self,
        ctx: &Context<'_>,
        input: RevisePrivacyNoticeInput,
    ) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        let revised = ctx.commands().revise_privacy_notice(ctx.caller(), version, read(input.text)).await;
        DeskPayload::of(ctx, revised).await
    }

    /// Changes what a visitor is answered at once when the desk is closed: once per visitor and closing. Needs
    /// `settings.manage`.
    async fn revise_auto_reply(&self, ctx: &Context<'_>, input: ReviseAutoReplyInput) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        let input = AutoReplyInput {
            enabled: input.enabled,
            text: read_some(input.text),
            text_without_time: read_some(input.text_without_time),
        };
        DeskPayload::of(ctx, ctx.commands().revise_auto_reply(ctx.caller(), version, input).await).await
    }

    /// Changes the words whose messages are taken for spam: they are found as search finds what stands in quotes, whole words
    /// or neighbouring characters, however they are written. What is taken for spam is kept, and can be unmarked. Needs `settings.manage`.
    async fn revise_blocked_words(
        &self,
        ctx: &Context<'_>,
        input: ReviseBlockedWordsInput,
    ) -> Result<DeskPayload> {
        manage(ctx)?;
        let version = input.expected_version;
        let revised = ctx.commands().revise_blocked_words(ctx.caller(), version, input.words).await;
        DeskPayload::of(ctx, revised).await
    }
}
