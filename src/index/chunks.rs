//! Lists on disk that can be read in part: neighbours are packed together, and a table tells where each pack lies.

use super::IndexError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::cell::RefCell;
use std::io::{BufWriter, Write};

/// Uncompressed bytes after which a pack is closed.
const PACK_BYTES: usize = 48 * 1024;

const ZSTD_LEVEL: i32 = 3;

/// A pack may not claim to hold more than this: a damaged one must not exhaust the memory.
const MAX_PACK_BYTES: usize = 1 << 30;

/// Where the packs of a list lie.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PackTable {
    packs: Vec<PackAt>,
    /// How many items in all.
    len: u32,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PackAt {
    /// Number of the first item.
    first: u32,
    /// Place within the bytes that the table speaks of.
    start: u32,
    len: u32,
}

/// Appends items to `out` in packs.
pub fn write<T: Serialize>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>) -> Result<PackTable, IndexError> {
    let mut table = PackTable::default();
    let mut pack = Vec::new();
    let mut first = 0;
    for item in items {
        pack = postcard::to_extend(&item, pack).map_err(IndexError::encode)?;
        table.len += 1;
        if pack.len() >= PACK_BYTES {
            table.close(&mut pack, first, out)?;
            first = table.len;
        }
    }
    if first < table.len {
        table.close(&mut pack, first, out)?;
    }
    Ok(table)
}

impl PackTable {
    fn close(&mut self, pack: &mut Vec<u8>, first: u32, out: &mut Vec<u8>) -> Result<(), IndexError> {
        let start = out.len();
        out.extend_from_slice(&compress(pack)?);
        pack.clear();
        let place = |bytes: usize| u32::try_from(bytes).map_err(IndexError::encode);
        self.packs.push(PackAt { first, start: place(start)?, len: place(out.len() - start)? });
        Ok(())
    }

    pub fn len(&self) -> u32 {
        self.len
    }

    /// The pack that holds an item.
    pub fn pack_of(&self, item: u32) -> Option<u32> {
        (item < self.len).then(|| self.packs.partition_point(|pack| pack.first <= item) as u32 - 1)
    }

    /// Number of the first item of a pack.
    pub fn first_of(&self, pack: u32) -> u32 {
        self.packs.get(pack as usize).map_or(0, |pack| pack.first)
    }

    pub fn packs(&self) -> u32 {
        self.packs.len() as u32
    }

    /// The items of a pack, and its bytes on disk.
    pub fn read<T: DeserializeOwned>(&self, pack: u32, bytes: &[u8]) -> Result<(Vec<T>, usize), IndexError> {
        let at = self.packs.get(pack as usize).ok_or(IndexError::DAMAGED)?;
        let end = self.packs.get(pack as usize + 1).map_or(self.len, |next| next.first);
        let packed = bytes.get(at.start as usize..).and_then(|rest| rest.get(..at.len as usize)).ok_or(IndexError::DAMAGED)?;
        let raw = decompress(packed)?;
        let mut rest = raw.as_slice();
        let mut items = Vec::new();
        for _ in at.first..end {
            let (item, after) = postcard::take_from_bytes(rest).map_err(|_| IndexError::DAMAGED)?;
            items.push(item);
            rest = after;
        }
        Ok((items, packed.len()))
    }
}

/// One value, compressed.
pub fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, IndexError> {
    compress(&postcard::to_stdvec(value).map_err(IndexError::encode)?)
}

/// Writes one value as [`pack`] does, piece by piece: for large ones, which are not to stand in memory a second time.
pub fn pack_to<T: Serialize>(value: &T, out: impl Write) -> Result<(), IndexError> {
    let size = postcard::experimental::serialized_size(value).map_err(IndexError::encode)?;
    let write = || -> std::io::Result<()> {
        let mut encoder = zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?;
        encoder.include_checksum(true)?;
        // Readers ask how large it is.
        encoder.set_pledged_src_size(Some(size as u64))?;
        let packed = postcard::to_io(value, BufWriter::with_capacity(PACK_BYTES, encoder)).map_err(std::io::Error::other)?;
        packed.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish().map(drop)
    };
    write().map_err(IndexError::encode)
}

/// The value that [`pack`] or [`pack_to`] wrote.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, IndexError> {
    postcard::from_bytes(&decompress(bytes)?).map_err(|_| IndexError::DAMAGED)
}

fn compress(raw: &[u8]) -> Result<Vec<u8>, IndexError> {
    let new = || -> std::io::Result<_> {
        let mut compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
        compressor.include_checksum(true)?;
        Ok(compressor)
    };
    COMPRESSOR
        .with_borrow_mut(|compressor| match compressor {
            Some(compressor) => compressor.compress(raw),
            none => none.insert(new()?).compress(raw),
        })
        .map_err(IndexError::encode)
}

fn decompress(packed: &[u8]) -> Result<Vec<u8>, IndexError> {
    let size = zstd::bulk::Decompressor::upper_bound(packed).filter(|&size| size <= MAX_PACK_BYTES).ok_or(IndexError::DAMAGED)?;
    DECOMPRESSOR
        .with_borrow_mut(|decompressor| match decompressor {
            Some(decompressor) => decompressor.decompress(packed, size),
            none => none.insert(zstd::bulk::Decompressor::new()?).decompress(packed, size),
        })
        .map_err(|_| IndexError::DAMAGED)
}

thread_local! {
    /// Making one takes longer than packing or unpacking a small pack.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_found_in_its_pack() {
        let items: Vec<String> = (0..5_000).map(|n| format!("{n} ").repeat(20)).collect();
        let mut bytes = vec![9; 7];
        let table = write(&items, &mut bytes).unwrap();
        assert!(table.packs() > 3);
        for (number, item) in items.iter().enumerate() {
            let pack = table.pack_of(number as u32).unwrap();
            let (read, _): (Vec<String>, usize) = table.read(pack, &bytes).unwrap();
            assert_eq!(&read[number - table.first_of(pack) as usize], item);
        }
        assert_eq!(table.pack_of(5_000), None);
    }

    #[test]
    fn what_is_packed_piece_by_piece_reads_back() {
        let value: Vec<String> = (0..50_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_string()).collect();
        let mut bytes = Vec::new();
        pack_to(&value, &mut bytes).unwrap();
        assert_eq!(unpack::<Vec<String>>(&bytes).unwrap(), value);
        bytes.truncate(bytes.len() / 2);
        assert!(unpack::<Vec<String>>(&bytes).is_err());
    }

    #[test]
    fn damage_is_an_error() {
        let mut bytes = Vec::new();
        let table = write((0..10_000u32).map(|n| n.wrapping_mul(2_654_435_761)), &mut bytes).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            if at % 97 == 0 {
                let mut packs = (0..table.packs()).map(|pack| table.read::<u32>(pack, &damaged));
                assert!(packs.any(|pack| pack.is_err()), "byte {at}");
            }
        }
        assert!(table.read::<u32>(0, &bytes[..bytes.len() / 2]).is_err());
        assert!(table.read::<u32>(9, &bytes).is_err());
    }
}
