//! `createUpload`: leave to send a picture or another file.

use crate::{
    caller::Asks,
    fault,
    query::image::links,
    refusal::{self, UserError},
    scalar::DateTime,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use commands::UploadInput;
use domain::message::FileName;

#[derive(Default)]
pub(crate) struct UploadMutation;

/// A picture that is to be sent, or a file that the desk takes.
#[derive(InputObject)]
struct CreateUploadInput {
    /// 1 to 255 characters. Of a picture it is not kept; of another file whoever reads the words sees it.
    file_name: String,
    /// image/jpeg, image/png, image/gif or image/webp; application/pdf or video/mp4 when the desk takes them.
    content_type: String,
    /// How many bytes it has.
    bytes: i64,
}

/// Where it is to be sent.
#[derive(SimpleObject)]
struct Upload {
    /// Its id, for `uploadIds` once it has been sent.
    id: ID,
    /// `PUT` its bytes there, once.
    url: String,
    /// Until when.
    expires_at: DateTime,
}

/// Where it is to be sent, or why it is not taken.
#[derive(Default, SimpleObject)]
struct CreateUploadPayload {
    /// Where to.
    upload: Option<Upload>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl UploadMutation {
    /// Gives leave to send one picture or file, to an address that works once and not for long. What nobody attaches to words
    /// within a day is removed. For visitors with a token, and for members.
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        input: CreateUploadInput,
    ) -> Result<CreateUploadPayload> {
        let refused = |user_error| CreateUploadPayload { upload: None, user_errors: vec![user_error] };
        let name = match FileName::parse(&input.file_name) {
            Ok(name) => name,
            Err(error) => return Ok(refused(refusal::of_text(&error, "fileName", ctx.locale()))),
        };
        let wanted = UploadInput { name, content_type: input.content_type, bytes: input.bytes };
        match ctx.commands().create_upload(ctx.caller(), wanted).await {
            Ok(leave) => {
                let url = links(ctx).of(&format!("/uploads/{}", leave.token));
                let (id, expires_at) = (ID(leave.id.to_string()), DateTime(leave.expires_at));
                Ok(CreateUploadPayload { upload: Some(Upload { id, url, expires_at }), user_errors: vec![] })
            }
            Err(error) => match fault::of_command(ctx.caller(), &error) {
                Some(fault) => Err(fault),
                None => Ok(refused(refusal::of_command(&error, ctx.locale()))),
            },
        }
    }
}
