//! The key's project, as the reference platform shows it to a key (`GET /projects` and `GET /projects/:id`): its own and no
//! other, in both.

mod list;
mod read;
mod view;

pub(crate) use list::list;
pub(crate) use read::read;
