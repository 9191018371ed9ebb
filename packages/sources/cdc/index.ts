/**
 * Change data capture of PostgreSQL as a source of documents: change records of Debezium and of AWS DMS in, document
 * events out. Pure: whoever reads the topics and writes the log stands elsewhere.
 */
export { idsBegin } from './document-id.ts';
export { type MappedRecord, mapRecord } from './map-record.ts';
export { type CdcMapping, readCdcMapping, type TableMapping } from './mapping.ts';
export { type Truncation, truncationEvent } from './truncation.ts';
