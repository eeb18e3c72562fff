//! The display as PNG. Xvfb keeps the display in a file (XWD), which is read here.

use std::fs;
use std::io::BufWriter;
use std::path::Path;

use super::Desktop;
use super::input::{Frame, Window};
use crate::Outcome;

/// Pixels, three bytes each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screenshot {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    rgb: Vec<u8>,
}

impl Desktop {
    /// What the window shows now.
    pub fn screenshot(&self, window: &Window) -> Outcome<Screenshot> {
        crop(&fs::read(self.screen())?, window.frame)
    }
}

/// Cuts a rectangle out of a display file: 24 bits in 32, as Xvfb writes them.
fn crop(display: &[u8], frame: Frame) -> Outcome<Screenshot> {
    let field = |index: usize| -> Outcome<usize> {
        let bytes = display
            .get(index * 4..index * 4 + 4)
            .ok_or("a short display file")?;
        Ok(u32::from_be_bytes(bytes.try_into()?).try_into()?)
    };
    let (header, bits, line, colours) = (field(0)?, field(11)?, field(12)?, field(19)?);
    if bits != 32 {
        return Err(format!("a display of {bits} bits").into());
    }
    let start = header + colours * 12;
    let mut rgb = Vec::new();
    for row in frame.y..frame.y + frame.height {
        let from = start + row as usize * line + frame.x as usize * 4;
        let pixels = display.get(from..from + frame.width as usize * 4);
        for pixel in pixels.ok_or("a window beyond the display")?.chunks(4) {
            rgb.extend([pixel[2], pixel[1], pixel[0]]);
        }
    }
    Ok(Screenshot {
        width: frame.width,
        height: frame.height,
        rgb,
    })
}

impl Screenshot {
    /// The number of colours: a window that drew nothing has one or two.
    pub fn colours(&self) -> usize {
        let all: std::collections::BTreeSet<&[u8]> = self.rgb.chunks(3).collect();
        all.len()
    }

    /// The share of this colour, in percent.
    pub fn percent_of(&self, colour: [u8; 3]) -> usize {
        let count = self.rgb.chunks(3).len().max(1);
        self.count_of(colour) * 100 / count
    }

    /// The number of pixels of this colour.
    pub fn count_of(&self, colour: [u8; 3]) -> usize {
        self.rgb.chunks(3).filter(|p| *p == colour).count()
    }

    /// Whether this colour occurs.
    pub fn has(&self, colour: [u8; 3]) -> bool {
        self.rgb.chunks(3).any(|p| p == colour)
    }

    /// Writes the PNG file.
    pub fn save(&self, path: &Path) -> Outcome {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let file = BufWriter::new(fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&self.rgb)?;
        Ok(())
    }
}
