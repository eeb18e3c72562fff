//! Curves as a picture (SVG): one panel for each, below each other, on one axis of time.

use std::fmt::Write as _;

/// Width and height of a panel.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 70.0;
/// Left of the panels, for names and numbers.
const LEFT: f64 = 170.0;
/// Between two panels.
const GAP: f64 = 18.0;

/// A value over time.
#[derive(Debug)]
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    /// Seconds and value.
    pub(crate) points: Vec<(f64, f64)>,
}

/// The picture.
pub(crate) fn picture(curves: &[Curve]) -> String {
    let seconds = curves.iter().flat_map(|curve| &curve.points);
    let seconds = seconds.map(|point| point.0).fold(1.0, f64::max);
    let (width, height) = (
        LEFT + WIDTH + 20.0,
        curves.len() as f64 * (HEIGHT + GAP) + 40.0,
    );
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (number, curve) in curves.iter().enumerate() {
        panel(
            &mut text,
            curve,
            10.0 + number as f64 * (HEIGHT + GAP),
            seconds,
        );
    }
    let bottom = height - 14.0;
    for minute in 0..=(seconds / 60.0).round() as u32 {
        let x = LEFT + WIDTH * (f64::from(minute) * 60.0 / seconds).min(1.0);
        let _ = writeln!(
            text,
            "<text x=\"{x:.0}\" y=\"{bottom:.0}\" text-anchor=\"middle\">{minute} min</text>"
        );
    }
    text.push_str("</svg>\n");
    text
}

/// From zero, so that a change is not larger than it is.
fn panel(text: &mut String, curve: &Curve, top: f64, seconds: f64) {
    let most = curve.points.iter().map(|point| point.1).fold(1.0, f64::max);
    let (bottom, most) = (top + HEIGHT, most * 1.1);
    let points: String = curve
        .points
        .iter()
        .map(|(at, value)| {
            let x = LEFT + WIDTH * at / seconds;
            let y = bottom - HEIGHT * value / most;
            format!("{x:.1},{y:.1} ")
        })
        .collect();
    let (name, middle) = (curve.name, top + HEIGHT / 2.0);
    let right = LEFT + WIDTH;
    let label = LEFT - 8.0;
    let _ = write!(
        text,
        "<text x=\"4\" y=\"{middle:.0}\">{name}</text>\n\
         <text x=\"{label}\" y=\"{:.0}\" text-anchor=\"end\">{most:.0}</text>\n\
         <text x=\"{label}\" y=\"{bottom:.0}\" text-anchor=\"end\">0</text>\n\
         <path d=\"M{LEFT},{top}V{bottom}H{right}\" fill=\"none\" stroke=\"#888\"/>\n\
         <polyline points=\"{points}\" fill=\"none\" stroke=\"#1f5fa8\" stroke-width=\"1.2\"/>\n",
        top + 10.0
    );
}
