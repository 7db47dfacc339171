import path from 'node:path';

/** Where Node keeps the compiled code of the tools that a start loads (nodejs.org/api/module.html#module-compile-cache). */
export const COMPILE_CACHE = path.resolve(import.meta.dirname, '../dist/compile-cache');
