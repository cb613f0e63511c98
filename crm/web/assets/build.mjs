// Builds the style sheets and scripts that the pages link to: node alone, no bundler.
// Reads node_modules and this folder; writes crm/web/static/dist/name.<hash>.ext, a .gz beside each text file,
// manifest.json (name -> file) and the licences of what is carried along.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const out = join(here, '..', 'static', 'dist');
const modules = join(root, 'node_modules');
const ds = join(modules, '@digdir', 'designsystemet-css', 'dist', 'src');
const inter = join(modules, '@fontsource-variable', 'inter');

// Only what templates use. The workaround keeps the size of headings right inside data-size in browsers without style queries.
const components = [
  'alert', 'breadcrumbs', 'button', 'card', 'data-size-workaround', 'details', 'divider', 'error-summary', 'field',
  'fieldset', 'heading', 'input', 'label', 'link', 'list', 'paragraph', 'skip-link', 'table', 'tag', 'validation-message',
];
const fonts = ['latin', 'latin-ext'];
const thirdParties = ['@digdir/designsystemet-css', '@fontsource-variable/inter', 'htmx.org'];

const read = (...path) => readFileSync(join(...path), 'utf8');
const manifest = {};

function write(name, content) {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content, 'utf8');
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const dot = name.lastIndexOf('.');
  const file = `${name.slice(0, dot)}.${digest}${name.slice(dot)}`;
  writeFileSync(join(out, file), bytes);
  // Fonts are compressed already.
  if (!name.endsWith('.woff2')) writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  manifest[name] = file;
  return file;
}

// Light on purpose: comments and white space between rules only, never inside strings or values.
function minify(css) {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s+|\s+$/gm, '')
    .replace(/\n+/g, '\n')
    .replace(/([{};,])\n/g, '$1')
    .replace(/;}/g, '}')
    .trim() + '\n';
}

function fontFaces() {
  return fonts.map((subset) => {
    const file = write(`inter-${subset}.woff2`, readFileSync(join(inter, 'files', `inter-${subset}-wght-normal.woff2`)));
    const face = read(inter, 'wght.css').split('@font-face').find((block) => block.includes(`./files/inter-${subset}-wght-normal.woff2`));
    const range = /unicode-range:\s*([^;}]+)/.exec(face)[1].trim();
    return `@font-face{font-family:Inter;font-style:normal;font-weight:100 900;font-display:swap;src:url(${file}) format("woff2");unicode-range:${range}}`;
  }).join('\n');
}

function staffCss() {
  const layers = '@layer ds.theme,ds.base,ds.components;';
  const parts = components.map((name) => `@layer ds.components{${read(ds, `${name}.css`)}}`);
  const ours = readdirSync(here).filter((name) => /^app.*\.css$/.test(name)).sort().map((name) => read(here, name));
  return minify([layers, fontFaces(), read(here, 'theme.css'), `@layer ds.base{${read(ds, 'base.css')}}`, ...parts, ...ours].join('\n'));
}

function licences() {
  return thirdParties.map((name) => {
    const about = JSON.parse(read(modules, name, 'package.json'));
    const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].find((each) => existsSync(join(modules, name, each)));
    if (!file) throw new Error(`${name} carries no licence text`);
    return `${name} ${about.version} (${about.license})\n${'='.repeat(40)}\n${read(modules, name, file).trim()}\n`;
  }).join('\n\n');
}

// A plugin's own scripts: <plugin>/assets/*.js. All names share one folder: a script begins with a word of its plugin's.
function pluginScripts() {
  for (const plugin of readdirSync(root).sort().filter((name) => existsSync(join(root, name, 'plugin.py')))) {
    const folder = join(root, plugin, 'assets');
    const names = existsSync(folder) ? readdirSync(folder).sort().filter((name) => name.endsWith('.js')) : [];
    for (const name of names) {
      if (manifest[name]) throw new Error(`${plugin} has a script of a name that is taken: ${name}`);
      write(name, read(folder, name));
    }
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
write('app.css', staffCss());
write('survey.css', minify(read(here, 'survey.css')));
write('print.css', minify(read(here, 'print.css')));
write('htmx.js', read(modules, 'htmx.org', 'dist', 'htmx.min.js').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
write('app.js', read(here, 'app.js'));
write('board.js', read(here, 'board.js'));
write('autosave.js', read(here, 'autosave.js'));
write('keys.js', read(here, 'keys.js'));
pluginScripts();
write('favicon.svg', read(here, 'favicon.svg'));
write('app.webmanifest', read(here, 'app.webmanifest').replace('{{favicon}}', manifest['favicon.svg']));
write('licences.txt', licences());
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
