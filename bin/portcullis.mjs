#!/usr/bin/env node
process.argv.splice(2, 0, 'bin/portcullis.ts');
await import('../scripts/launch.mjs');
