//! From the bytes on the contacts to whole commands: chaining, long responses in pieces, two forms of length.

/// What was received on the contacts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A whole command: header without the chaining bit, all its data, and the expected length.
    Command {
        header: [u8; 4],
        data: Vec<u8>,
        expected: usize,
    },
    /// This is the response; the application is not involved.
    Answer(Vec<u8>),
}

/// What is kept between two pieces.
#[derive(Debug, Default)]
pub(super) struct Transport {
    chained: Vec<u8>,
    /// INS, P1 and P2 of those pieces.
    chain: [u8; 3],
    pending: Vec<u8>,
    /// Strict T=0.
    strict: bool,
    /// The last command had data, so its response must be fetched.
    brought: bool,
}

/// Maximum bytes of one command over all its pieces.
const COMMAND: usize = 8192;

impl Transport {
    pub(super) fn new(strict: bool) -> Self {
        Self {
            strict,
            ..Self::default()
        }
    }

    /// Receives one APDU.
    pub(super) fn take(&mut self, apdu: &[u8]) -> Incoming {
        if self.strict && apdu.len() > 5 && apdu.len() != 5 + usize::from(apdu[4]) {
            return word(0x6700);
        }
        self.brought = apdu.len() > 5;
        let Some((header, data, expected)) = split(apdu) else {
            return word(0x6700);
        };
        if header[1] == 0xc0 {
            if self.strict && expected > self.pending.len() {
                return Incoming::Answer(length_is(self.pending.len()));
            }
            return Incoming::Answer(self.next(expected));
        }
        self.pending.clear();
        // A chain that was interrupted when its reader was unplugged ends with the next other command.
        if self.chain != [header[1], header[2], header[3]] {
            self.chained.clear();
            self.chain = [header[1], header[2], header[3]];
        }
        if self.chained.len() + data.len() > COMMAND {
            self.chained.clear();
            return word(0x6700);
        }
        self.chained.extend_from_slice(data);
        if header[0] & 0x10 != 0 {
            return word(0x9000);
        }
        Incoming::Command {
            header,
            data: std::mem::take(&mut self.chained),
            expected,
        }
    }

    /// Discards the pieces of a command.
    pub(super) fn forget(&mut self) {
        self.chained.clear();
    }

    /// The response to a command, or its first piece.
    pub(super) fn give(&mut self, data: Vec<u8>, status: u16, expected: usize) -> Vec<u8> {
        if status != 0x9000 {
            return [data, status.to_be_bytes().to_vec()].concat();
        }
        self.pending = data;
        if self.strict && !self.pending.is_empty() {
            let length = self.pending.len();
            if self.brought {
                return vec![0x61, u8::try_from(length).unwrap_or(0)];
            }
            if expected > length {
                self.pending.clear();
                return length_is(length);
            }
        }
        self.next(expected)
    }

    fn next(&mut self, expected: usize) -> Vec<u8> {
        let rest = self.pending.split_off(expected.min(self.pending.len()));
        let mut answer = std::mem::replace(&mut self.pending, rest);
        match self.pending.len() {
            0 => answer.extend([0x90, 0x00]),
            left => answer.extend([0x61, u8::try_from(left).unwrap_or(0)]),
        }
        answer
    }
}

/// The status word that reports another expected length.
fn length_is(length: usize) -> Vec<u8> {
    vec![0x6c, u8::try_from(length).unwrap_or(0)]
}

fn word(status: u16) -> Incoming {
    Incoming::Answer(status.to_be_bytes().to_vec())
}

/// Header, data and expected length. A missing expected length counts as 256: some programs leave it out.
fn split(apdu: &[u8]) -> Option<([u8; 4], &[u8], usize)> {
    let (header, rest) = apdu.split_first_chunk::<4>()?;
    let short = |le: u8| if le == 0 { 256 } else { usize::from(le) };
    let long = |high: u8, low: u8| match u16::from_be_bytes([high, low]) {
        0 => 65536,
        le => usize::from(le),
    };
    let (data, expected) = match rest {
        [] => (&[][..], 256),
        [le] => (&[][..], short(*le)),
        [0, high, low] => (&[][..], long(*high, *low)),
        [0, high, low, body @ ..] => {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            match body.split_at_checked(length)? {
                (data, []) => (data, 65536),
                (data, [high, low]) => (data, long(*high, *low)),
                _ => return None,
            }
        }
        [length, body @ ..] => match body.split_at_checked(usize::from(*length))? {
            (data, []) => (data, 256),
            (data, [le]) => (data, short(*le)),
            _ => return None,
        },
    };
    Some((*header, data, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(data: &[u8], expected: usize) -> Incoming {
        Incoming::Command {
            header: [0, 0xdb, 0x3f, 0xff],
            data: data.to_vec(),
            expected,
        }
    }

    #[test]
    fn every_form_of_length_is_parsed() {
        let mut transport = Transport::default();
        let head = [0, 0xdb, 0x3f, 0xff];
        let cases: [(&[u8], Incoming); 6] = [
            (&[], command(&[], 256)),
            (&[0], command(&[], 256)),
            (&[2, 7, 8], command(&[7, 8], 256)),
            (&[2, 7, 8, 5], command(&[7, 8], 5)),
            (&[0, 0, 2, 7, 8], command(&[7, 8], 65536)),
            (&[0, 0, 2, 7, 8, 1, 0], command(&[7, 8], 256)),
        ];
        for (tail, expected) in cases {
            assert_eq!(transport.take(&[&head, tail].concat()), expected);
        }
        for wrong in [&[0, 1, 2][..], &[0, 0xdb, 0x3f, 0xff, 3, 1]] {
            assert_eq!(transport.take(wrong), word(0x6700));
        }
    }

    #[test]
    fn pieces_are_joined_in_both_directions() {
        let mut transport = Transport::default();
        assert_eq!(
            transport.take(&[0x10, 0xdb, 0x3f, 0xff, 1, 7]),
            word(0x9000)
        );
        assert_eq!(
            transport.take(&[0, 0xdb, 0x3f, 0xff, 1, 8]),
            command(&[7, 8], 256)
        );
        let first = transport.give(vec![1; 300], 0x9000, 256);
        assert_eq!((first.len(), &first[256..]), (258, &[0x61, 44][..]));
        let Incoming::Answer(rest) = transport.take(&[0, 0xc0, 0, 0, 0]) else {
            panic!("a response in pieces continues");
        };
        assert_eq!((rest.len(), &rest[44..]), (46, &[0x90, 0x00][..]));
    }

    #[test]
    fn a_strict_card_accepts_no_length_after_data_and_no_wrong_one() {
        let mut transport = Transport::new(true);
        let head = [0, 0xdb, 0x3f, 0xff];
        assert_eq!(
            transport.take(&[&head[..], &[1, 7, 0]].concat()),
            word(0x6700)
        );
        assert_eq!(
            transport.take(&[&head[..], &[1, 7]].concat()),
            command(&[7], 256)
        );
        assert_eq!(transport.give(vec![1; 3], 0x9000, 256), [0x61, 3]);
        assert_eq!(transport.take(&[0, 0xc0, 0, 0, 0]), word(0x6c03));
        let rest = Incoming::Answer(vec![1, 1, 1, 0x90, 0]);
        assert_eq!(transport.take(&[0, 0xc0, 0, 0, 3]), rest);
        assert_eq!(
            transport.take(&[&head[..], &[0]].concat()),
            command(&[], 256)
        );
        assert_eq!(transport.give(vec![1; 3], 0x9000, 256), [0x6c, 3]);
        assert_eq!(transport.take(&[&head[..], &[3]].concat()), command(&[], 3));
        assert_eq!(transport.give(vec![1; 3], 0x9000, 3), [1, 1, 1, 0x90, 0]);
    }
}
