//! How fast templates are rendered beside LiquidJS, the engine that Plunk has: the same templates over the same data, with the same
//! output. Each engine has a process of its own, which is warm when it is measured, and they take turns.

mod cases;
mod node;

use std::{error::Error, hint::black_box, time::Instant};

use cases::Case;
use node::LiquidJs;
use posthorn_liquid::{Part, Template, Variables};

/// Whatever went wrong.
pub type Failed = Box<dyn Error + Send + Sync>;

/// How often each engine is measured, in turns; the median counts.
const ROUNDS: usize = 15;
/// Microseconds that one measurement takes about.
const ROUND: f64 = 60_000.0;
/// Microseconds for which an engine works before it is measured: V8 optimises what has run for a while.
const WARM: f64 = 1_500_000.0;

/// The speed over one set of templates.
#[derive(Debug)]
pub struct Speed {
    /// The set.
    pub name: &'static str,
    /// Bytes of output.
    pub bytes: usize,
    /// Parsing and rendering.
    pub whole: Times,
    /// Rendering alone.
    pub rendering: Times,
}

/// Microseconds for every template of a set once: the medians.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Posthorn's.
    pub ours: f64,
    /// LiquidJS's.
    pub theirs: f64,
}

impl Times {
    /// How many times as fast Posthorn is.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.theirs / self.ours
    }
}

/// Measures all sets.
///
/// # Errors
/// If Node or npm is missing, a template cannot be rendered, or the outputs differ.
pub fn compare() -> Result<Vec<Speed>, Failed> {
    let mut theirs = LiquidJs::start()?;
    cases::sets()?.iter().map(|(name, cases)| measure(name, cases, &mut theirs)).collect()
}

fn measure(name: &'static str, cases: &[Case], theirs: &mut LiquidJs) -> Result<Speed, Failed> {
    let none = Times { ours: 0.0, theirs: 0.0 };
    let mut speed = Speed { name, bytes: 0, whole: none, rendering: none };
    for case in cases {
        let ours = Ours::new(case)?;
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
fn equal(case: &Case, ours: &Ours, theirs: &mut LiquidJs) -> Result<usize, Failed> {
    let (our, their) = (ours.output()?, theirs.prepare(case)?);
    if our == their {
        return Ok(our.len());
    }
    let mut lines = our.lines().zip(their.lines()).filter(|(our, their)| our != their);
    let (our, their) = lines.next().unwrap_or(("an output", "of another length"));
    Err(format!("{}: the outputs differ\n  ours:     {our}\n  LiquidJS: {their}", case.name).into())
}

fn take_turns(ours: &Ours, theirs: &mut LiquidJs, parse: bool) -> Result<Times, Failed> {
    let our_times = warm(|times| Ok(ours.microseconds(times, parse)))?;
    let their_times = warm(|times| theirs.microseconds(times, parse))?;
    let (mut our, mut their) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our.push(ours.microseconds(our_times, parse));
        their.push(theirs.microseconds(their_times, parse)?);
    }
    Ok(Times { ours: median(our), theirs: median(their) })
}

/// Works until the engine is warm, and returns how many renderings take a round by then.
fn warm(mut microseconds: impl FnMut(u32) -> Result<f64, Failed>) -> Result<u32, Failed> {
    let cold = microseconds(10)?;
    Ok(repetitions(ROUND, microseconds(repetitions(WARM, cold))?))
}

/// How many times of so many microseconds there are in a span.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between one and a million")]
fn repetitions(span: f64, one: f64) -> u32 {
    (span / one).clamp(1.0, 1e6) as u32
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Posthorn's engine with one template.
struct Ours<'c> {
    source: &'c str,
    variables: Variables,
    template: Template,
}

impl<'c> Ours<'c> {
    fn new(case: &'c Case) -> Result<Ours<'c>, Failed> {
        let template = Template::parse(&case.source, Part::Html);
        match template.problems().first() {
            Some(problem) => Err(format!("{}: {problem:?}", case.name).into()),
            None => Ok(Ours { source: &case.source, variables: case.variables(), template }),
        }
    }

    fn output(&self) -> Result<String, Failed> {
        Ok(self.template.render(&self.variables)?)
    }

    /// The microseconds of one rendering, by so many of them.
    #[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
    fn microseconds(&self, times: u32, parse: bool) -> f64 {
        let began = Instant::now();
        for _ in 0..times {
            let _ = black_box(if parse {
                Template::parse(black_box(self.source), Part::Html).render(&self.variables)
            } else {
                black_box(&self.template).render(&self.variables)
            });
        }
        began.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    }
}
