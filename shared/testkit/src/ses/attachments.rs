//! The rules of `Content.Simple.Attachments` (SES v2 API reference, `Attachment`; developer guide, "Working with email
//! attachments" and "SES unsupported attachment types").

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::exception::Exception;
use super::mail::Attachment;
use super::request::RawAttachment;

/// The longest file name, in characters.
const MAX_FILENAME: usize = 255;
/// The longest content type and the longest content id, in characters.
const MAX_PARAMETER: usize = 78;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 1_000;

/// File name extensions that SES refuses.
pub const REFUSED_EXTENSIONS: &str = "ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf \
    ins isp its js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 \
    msh2 mshxml msh1xml msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml \
    psc1 psc2 tmp url vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh xnk";

/// Checks an attachment and decodes its content.
///
/// # Errors
///
/// `BadRequestException` for the first rule broken, `SerializationException` for content that is not base64.
pub(super) fn decode(raw: RawAttachment) -> Result<Attachment, Exception> {
    check_filename(&raw.file_name)?;
    check_parameters(&raw)?;
    let content = BASE64_STANDARD
        .decode(&raw.raw_content)
        .map_err(|_| Exception::serialization("RawContent of an attachment is not valid base64"))?;
    Ok(Attachment {
        filename: raw.file_name,
        content_type: raw.content_type,
        content_id: raw.content_id,
        disposition: raw.content_disposition,
        transfer_encoding: raw.content_transfer_encoding,
        content,
    })
}

fn check_filename(filename: &str) -> Result<(), Exception> {
    let length = filename.chars().count();
    let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    let refused = REFUSED_EXTENSIONS.split(' ').any(|refused| refused == extension);
    if length == 0 || length > MAX_FILENAME || refused || filename.contains(char::is_control) {
        return Err(Exception::bad_request(format!("Illegal filename '{filename}'.")));
    }
    Ok(())
}

fn check_parameters(raw: &RawAttachment) -> Result<(), Exception> {
    check_length("ContentType", raw.content_type.as_deref(), MAX_PARAMETER)?;
    check_length("ContentId", raw.content_id.as_deref(), MAX_PARAMETER)?;
    check_length("ContentDescription", raw.content_description.as_deref(), MAX_DESCRIPTION)?;
    check_choice("ContentDisposition", raw.content_disposition.as_deref(), &["ATTACHMENT", "INLINE"])?;
    let encodings = ["BASE64", "QUOTED_PRINTABLE", "SEVEN_BIT"];
    check_choice("ContentTransferEncoding", raw.content_transfer_encoding.as_deref(), &encodings)
}

fn check_length(field: &str, value: Option<&str>, max: usize) -> Result<(), Exception> {
    let Some(value) = value else { return Ok(()) };
    let length = value.chars().count();
    if length == 0 || length > max || value.contains(char::is_control) {
        let message = format!("{field} of an attachment must be 1 to {max} characters, no control characters.");
        return Err(Exception::bad_request(message));
    }
    Ok(())
}

fn check_choice(field: &str, value: Option<&str>, choices: &[&str]) -> Result<(), Exception> {
    match value {
        Some(value) if !choices.contains(&value) => {
            Err(Exception::bad_request(format!("{field} of an attachment must be one of {}.", choices.join(", "))))
        }
        _ => Ok(()),
    }
}
