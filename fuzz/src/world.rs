//! The back ends that targets run on. They are kept for some inputs, for starting them takes far longer than a request.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use posthorn_bundle::{Bundle, Clients};
use posthorn_table::project::Project;
use posthorn_testkit::{
    backends::{Backends, Item},
    events::PROJECT,
};
use tokio::runtime::{Builder, Runtime};

/// The number of inputs that share back ends, so that their items stay few.
const SHARED_INPUTS: usize = 100;

/// Back ends with a project that has the keys of `events/`, and the functions on them.
pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) backends: Backends,
    pub(crate) functions: Bundle,
    pub(crate) project: Project,
    items: BTreeMap<String, Item>,
    /// The number of inputs that may still use these back ends.
    left: usize,
}

static KEPT: Mutex<Option<World>> = Mutex::new(None);

/// Runs `input` on back ends that no other input uses meanwhile. They are kept unless it panics or discards them.
pub(crate) fn with_world(input: impl FnOnce(&mut World)) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut world = kept.take().unwrap_or_else(World::start);
    input(&mut world);
    world.left = world.left.saturating_sub(1);
    *kept = (world.left > 0).then_some(world);
}

impl World {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (backends, project) = runtime.block_on(async {
            let backends = Backends::start().await;
            let id = PROJECT.parse().expect("a project's id");
            let project = backends.project(|project| project.facts.id = id).await.project;
            let project = backends.import_event_keys(project).await;
            (backends, project)
        });
        let items = runtime.block_on(backends.items());
        let _set_up = backends.calls.take();
        let functions = Bundle::new(Clients::of(&backends));
        Self { runtime, backends, functions, project, items, left: SHARED_INPUTS }
    }

    /// Lets the next input start with new back ends.
    pub(crate) fn discard(&mut self) {
        self.left = 0;
    }

    /// True if the table changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        let reads = ["GetItem", "BatchGetItem", "Query", "Scan"];
        let called = self.backends.calls.take();
        if called.iter().all(|operation| reads.contains(&operation.as_str())) {
            return false;
        }
        let items = self.runtime.block_on(self.backends.items());
        let _scan = self.backends.calls.take();
        let changed = items != self.items;
        self.items = items;
        changed
    }

    /// The items of the table at the last call of [`World::take_changed`].
    pub(crate) fn items(&self) -> &BTreeMap<String, Item> {
        &self.items
    }
}
