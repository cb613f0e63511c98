// Makes theme.css from designsystemet.config.json. Run it (`make theme`) when the colours change, and commit the result:
// the generator and what it pulls in are 100 MB, which nobody who only installs Brobygg should have to download.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const config = join(root, 'designsystemet.config.json');
const cli = join(root, 'node_modules', '.bin', 'designsystemet');
const scratch = mkdtempSync(join(tmpdir(), 'theme-'));

const theme = JSON.parse(readFileSync(config, 'utf8'));
writeFileSync(join(scratch, 'config.json'), JSON.stringify({ ...theme, outDir: join(scratch, 'tokens') }));
const run = (...args) => execFileSync(cli, args, { stdio: 'inherit', cwd: scratch });
run('tokens', 'create', '--config', 'config.json');
run('tokens', 'build', '--tokens', 'tokens', '--out-dir', 'out');

const digest = createHash('sha256').update(readFileSync(config)).digest('hex');
const css = readFileSync(join(scratch, 'out', 'theme.css'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace('@charset "UTF-8";', '');
writeFileSync(join(here, 'theme.css'), `/* Made by theme.mjs from designsystemet.config.json; do not edit. sha256:${digest} */\n${css.replace(/\n{2,}/g, '\n')}`);
rmSync(scratch, { recursive: true });
