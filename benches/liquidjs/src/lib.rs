//! The speed of templates beside LiquidJS's, the engine that Plunk has, with the same templates, data and output. Each engine has a
//! process of its own, which is warm when it is measured, and they take turns.

mod cases;
mod error;
mod node;

use std::{hint::black_box, time::Instant};

use cases::Case;
pub use error::BoxError;
use node::LiquidJs;
use posthorn_liquid::{MailPart, Template, Variables};

/// The number of times that each engine is measured, in turns. The median counts.
const ROUNDS: usize = 15;
/// The microseconds that one measurement takes, about.
const ROUND_TIME: f64 = 60_000.0;
/// The microseconds for which an engine works before it is measured, for V8 optimises code that has run for a while.
const WARM_UP_TIME: f64 = 1_500_000.0;

/// The speed over one set of templates.
#[derive(Debug)]
pub struct Speed {
    /// The set's name.
    pub name: &'static str,
    /// The bytes of output.
    pub bytes: usize,
    /// The times of parsing and rendering.
    pub whole: Times,
    /// The times of rendering alone.
    pub rendering: Times,
}

/// The median microseconds for every template of a set once.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Posthorn's time.
    pub ours: f64,
    /// LiquidJS's time.
    pub theirs: f64,
}

impl Times {
    /// LiquidJS's time divided by Posthorn's.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.theirs / self.ours
    }
}

/// Measures all sets.
///
/// # Errors
/// If Node or npm is missing, a template cannot be rendered, or the outputs differ.
pub fn compare() -> Result<Vec<Speed>, BoxError> {
    let mut theirs = LiquidJs::start()?;
    cases::sets()?.iter().map(|(name, cases)| measure(name, cases, &mut theirs)).collect()
}

fn measure(name: &'static str, cases: &[Case], theirs: &mut LiquidJs) -> Result<Speed, BoxError> {
    let none = Times { ours: 0.0, theirs: 0.0 };
    let mut speed = Speed { name, bytes: 0, whole: none, rendering: none };
    for case in cases {
        let ours = PosthornTemplate::new(case)?;
        speed.bytes += equal(case, &ours, theirs)?;
        for (sum, parse) in [(&mut speed.whole, true), (&mut speed.rendering, false)] {
            let times = take_turns(&ours, theirs, parse)?;
            sum.ours += times.ours;
            sum.theirs += times.theirs;
        }
    }
    Ok(speed)
}

/// The bytes of the output, which both must agree on.
fn equal(case: &Case, ours: &PosthornTemplate, theirs: &mut LiquidJs) -> Result<usize, BoxError> {
    let (our, their) = (ours.output()?, theirs.prepare(case)?);
    if our == their {
        return Ok(our.len());
    }
    let mut lines = our.lines().zip(their.lines()).filter(|(our, their)| our != their);
    let (our, their) = lines.next().unwrap_or(("an output", "of another length"));
    Err(format!("{}: the outputs differ\n  ours:     {our}\n  LiquidJS: {their}", case.name).into())
}

fn take_turns(ours: &PosthornTemplate, theirs: &mut LiquidJs, parse: bool) -> Result<Times, BoxError> {
    let our_times = warm_up(|times| Ok(ours.microseconds(times, parse)))?;
    let their_times = warm_up(|times| theirs.microseconds(times, parse))?;
    let (mut our, mut their) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our.push(ours.microseconds(our_times, parse));
        their.push(theirs.microseconds(their_times, parse)?);
    }
    Ok(Times { ours: median(our), theirs: median(their) })
}

/// Works until the engine is warm, and returns how many renderings take a round by then.
fn warm_up(mut microseconds: impl FnMut(u32) -> Result<f64, BoxError>) -> Result<u32, BoxError> {
    let cold = microseconds(10)?;
    Ok(repetitions(ROUND_TIME, microseconds(repetitions(WARM_UP_TIME, cold))?))
}

/// The number of repetitions of `one` microseconds that fill `span`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between one and a million")]
fn repetitions(span: f64, one: f64) -> u32 {
    (span / one).clamp(1.0, 1e6) as u32
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A template of Posthorn's engine.
struct PosthornTemplate<'c> {
    source: &'c str,
    variables: Variables,
    template: Template,
}

impl<'c> PosthornTemplate<'c> {
    fn new(case: &'c Case) -> Result<PosthornTemplate<'c>, BoxError> {
        let template = Template::parse(&case.source, MailPart::Html);
        match template.problems().first() {
            Some(problem) => Err(format!("{}: {problem:?}", case.name).into()),
            None => Ok(PosthornTemplate { source: &case.source, variables: case.variables(), template }),
        }
    }

    fn output(&self) -> Result<String, BoxError> {
        Ok(self.template.render(&self.variables)?)
    }

    /// The microseconds of one rendering, by the time of `times` renderings.
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    fn microseconds(&self, times: u32, parse: bool) -> f64 {
        let began = Instant::now();
        for _ in 0..times {
            let _ = black_box(if parse {
                Template::parse(black_box(self.source), MailPart::Html).render(&self.variables)
            } else {
                black_box(&self.template).render(&self.variables)
            });
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    }
}
