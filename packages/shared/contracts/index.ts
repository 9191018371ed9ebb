export * from './chat.ts';
export * from './document.ts';
export * from './fence.ts';
export * from './generate.ts';
export * from './identity.ts';
export * from './problem.ts';
export * from './retrieve.ts';
export * from './watermark.ts';
