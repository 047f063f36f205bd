//! Blocks of a file: one thread reads them, all threads parse them.

use rayon::prelude::*;

use crate::data::csv_blocks::Blocks;
use crate::data::error::LoadError;
use crate::data::read_ahead::Block;

/// How many blocks each thread gets in a round.
const BLOCKS_PER_THREAD: usize = 3;

/// A file that is handed out block by block.
pub(crate) trait BlockSource: Send {
    /// The next whole records; None at the end of the file.
    fn next_block(&mut self) -> Result<Option<Block>, LoadError>;
}

impl BlockSource for Blocks<'_> {
    fn next_block(&mut self) -> Result<Option<Block>, LoadError> {
        Blocks::next_block(self)
    }
}

/// Reads the next blocks while those before are parsed, so that memory holds two rounds and no thread waits for the
/// disk. It does with a single thread, too. What is parsed is taken in the order of the blocks.
pub(crate) fn each_block<P: Send>(
    mut blocks: impl BlockSource,
    parse: impl Fn(&Block) -> P + Sync,
    mut take: impl FnMut(P),
) -> Result<(), LoadError> {
    let round_blocks = rayon::current_num_threads() * BLOCKS_PER_THREAD;
    let mut round = next_round(&mut blocks, round_blocks)?;
    while !round.is_empty() {
        let parse_round = || -> Vec<P> { round.par_iter().with_max_len(1).map(&parse).collect() };
        let (next, parsed) = rayon::join(|| next_round(&mut blocks, round_blocks), parse_round);
        parsed.into_iter().for_each(&mut take);
        round = next?;
    }
    Ok(())
}

fn next_round(blocks: &mut impl BlockSource, count: usize) -> Result<Vec<Block>, LoadError> {
    let mut round = Vec::with_capacity(count);
    while round.len() < count {
        match blocks.next_block()? {
            Some(block) => round.push(block),
            None => break,
        }
    }
    Ok(round)
}
