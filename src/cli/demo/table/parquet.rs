//! Tables as Parquet: a row group for each group of rows.

use std::fs::File;
use std::io;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{Date32Builder, Int32Builder, StringBuilder};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;

use super::{Cell, Column, Kind, Row, Words};
use crate::cli::demo::Compression as Wanted;

/// A Parquet file while it is written.
pub(super) struct ParquetTable {
    schema: Arc<Schema>,
    writer: SerializedFileWriter<File>,
    groups: ArrowRowGroupWriterFactory,
    group_count: usize,
}

impl ParquetTable {
    pub(super) fn start<R: Row>(file: File, compression: Wanted) -> io::Result<ParquetTable> {
        let schema = Arc::new(Schema::new(R::COLUMNS.iter().map(field).collect::<Vec<Field>>()));
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties(compression)))?;
        let (writer, groups) = writer.into_serialized_writer()?;
        Ok(ParquetTable { schema, writer, groups, group_count: 0 })
    }

    pub(super) fn append<R: Row>(&mut self, groups: &[&[R]], words: &Words) -> io::Result<()> {
        let numbered: Vec<(usize, &&[R])> = (self.group_count..).zip(groups).collect();
        let encoded: Result<Vec<Vec<ArrowColumnChunk>>, ParquetError> =
            numbered.par_iter().map(|(number, rows)| self.encode(*number, rows, words)).collect();
        for chunks in encoded? {
            let mut group = self.writer.next_row_group()?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut group)?;
            }
            group.close()?;
            self.group_count += 1;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.close()?;
        Ok(())
    }

    fn encode<R: Row>(&self, number: usize, rows: &[R], words: &Words) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
        let writers = self.groups.create_column_writers(number)?;
        let columns = columns_of(rows, words);
        let encode = |((field, column), mut writer): ((&Arc<Field>, ArrayRef), ArrowColumnWriter)| {
            for leaf in compute_leaves(field, &column)? {
                writer.write(&leaf)?;
            }
            writer.close()
        };
        self.schema.fields().iter().zip(columns).zip(writers).map(encode).collect()
    }
}

fn field(&(name, kind, nullable): &Column) -> Field {
    let data_type = match kind {
        Kind::Text => DataType::Utf8,
        Kind::Day => DataType::Date32,
        Kind::Number => DataType::Int32,
    };
    Field::new(name, data_type, nullable)
}

fn properties(compression: Wanted) -> WriterProperties {
    let compression = match compression {
        Wanted::Snappy => Compression::SNAPPY,
        Wanted::Zstd => Compression::ZSTD(ZstdLevel::default()),
    };
    // Nearly every patient's id is different, so a dictionary of them would be begun, outgrown and thrown away.
    WriterProperties::builder()
        .set_compression(compression)
        .set_column_dictionary_enabled(ColumnPath::from("patient_id"), false)
        .build()
}

/// A column while it is filled.
enum Builder {
    Text(StringBuilder),
    Day(Date32Builder),
    Number(Int32Builder),
}

impl Builder {
    fn of(kind: Kind, rows: usize) -> Builder {
        match kind {
            Kind::Text => Builder::Text(StringBuilder::with_capacity(rows, rows * 10)),
            Kind::Day => Builder::Day(Date32Builder::with_capacity(rows)),
            Kind::Number => Builder::Number(Int32Builder::with_capacity(rows)),
        }
    }

    fn put(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Builder::Text(column), Cell::Text(text)) => column.append_value(text),
            (Builder::Day(column), Cell::Day(day)) => column.append_value(day.epoch_days()),
            (Builder::Number(column), Cell::Number(number)) => column.append_value(number.cast_signed()),
            (Builder::Text(column), Cell::Empty) => column.append_null(),
            (Builder::Day(column), Cell::Empty) => column.append_null(),
            (Builder::Number(column), Cell::Empty) => column.append_null(),
            (Builder::Text(_), Cell::Day(_) | Cell::Number(_))
            | (Builder::Day(_), Cell::Text(_) | Cell::Number(_))
            | (Builder::Number(_), Cell::Text(_) | Cell::Day(_)) => {
                unreachable!("a row's cells are of the kinds that its columns name")
            }
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Builder::Text(mut column) => Arc::new(column.finish()),
            Builder::Day(mut column) => Arc::new(column.finish()),
            Builder::Number(mut column) => Arc::new(column.finish()),
        }
    }
}

fn columns_of<R: Row>(rows: &[R], words: &Words) -> Vec<ArrayRef> {
    let mut builders: Vec<Builder> = R::COLUMNS.iter().map(|&(_, kind, _)| Builder::of(kind, rows.len())).collect();
    for row in rows {
        let mut next = builders.iter_mut();
        row.cells(words, |cell| {
            if let Some(builder) = next.next() {
                builder.put(cell);
            }
        });
    }
    builders.into_iter().map(Builder::finish).collect()
}
