const OFFICE = 'application/vnd.openxmlformats-officedocument';

export const PDF = 'application/pdf';
export const DOCX = `${OFFICE}.wordprocessingml.document`;
export const PPTX = `${OFFICE}.presentationml.presentation`;
export const XLSX = `${OFFICE}.spreadsheetml.sheet`;
