const stages = ['preprocess', 'encode', 'prune', 'prefill', 'decode'];
const get = id => document.getElementById(id);

/** What the server offers: tokens, budgets, limits, pictures. */
let description;
/** The picture asked about: { sample: name } or { file: File }, with the questions whose answers are known. */
let picture;
/** The request under way. */
let underWay;
let waitingToAsk;

async function start() {
  get('form').addEventListener('submit', event => { event.preventDefault(); ask(); });
  get('file').addEventListener('change', () => { takeFile(get('file').files[0]); get('file').value = ''; });
  get('show-overlay').addEventListener('change', showOverlay);
  get('budget').addEventListener('input', () => { showBudget(); askSoon(); });
  acceptDrops(get('stage'));
  try {
    description = await (await fetch('api/description')).json();
  } catch {
    showError('The server cannot be reached', 'This page is here, but what it needs did not arrive. Load it again.');
    return;
  }

  get('budget').max = description.budgets.length - 1;
  get('budget').value = description.budgets.indexOf(description.defaultKeep);
  get('question').maxLength = description.maxQuestionLength;
  get('picture').style.imageOrientation = description.applyExifOrientation ? 'from-image' : 'none';
  get('file-hint').textContent =
    `PNG, JPEG, WebP, GIF (its first frame) or BMP, up to ${megabytes(description.maxImageBytes)}. It goes to this server only and is `
    + 'not stored.';
  get('fewest').textContent = description.budgets[0];
  get('most').textContent = `all ${description.visualTokenCount}`;
  showBudget();
  description.pictures.forEach(addToGallery);
  get('gallery').hidden = description.pictures.length === 0;
  get('gallery').querySelector('button')?.click();
}

// Picture

function addToGallery(sample, index) {
  const button = document.createElement('button');
  const image = document.createElement('img');
  button.type = 'button';
  button.ariaPressed = 'false';
  image.src = `samples/${encodeURIComponent(sample.name)}`;
  image.alt = `Picture ${index + 1}`;
  button.append(image);
  button.addEventListener('click', () => {
    choose({ sample: sample.name, questions: sample.questions }, image.src);
    button.ariaPressed = 'true';
    get('question').value = sample.questions[0].text;
    ask();
  });
  get('gallery').append(button);
}

function takeFile(file) {
  if (!file) {
    return;
  }

  if (file.size > description.maxImageBytes) {
    const limit = megabytes(description.maxImageBytes);
    showError(
      'The picture is too large',
      `'${file.name}' has ${megabytes(file.size)}. Files up to ${limit} are taken; make it smaller or save it as JPEG.`);
    return;
  }

  const questions = ['How many objects are there?', 'Is there a red circle?', 'What color is the star?'].map(text => ({ text }));
  choose({ file, questions }, URL.createObjectURL(file));
  get('question').value ||= questions[0].text;
  ask();
}

function choose(chosen, address) {
  if (get('picture').src.startsWith('blob:')) {
    URL.revokeObjectURL(get('picture').src);
  }

  picture = chosen;
  get('picture').src = address;
  get('picture').alt = chosen.file ? `Your picture ${chosen.file.name}` : 'The chosen held-out picture';
  get('picture').hidden = false;
  get('picture').onerror = () => { get('picture').hidden = true; };
  get('placeholder').hidden = true;
  hideOverlay(true);
  delete get('overlay').dataset.kept;
  get('kept').textContent = '\u00a0';
  get('gallery').querySelectorAll('button').forEach(button => { button.ariaPressed = 'false'; });
  get('examples').replaceChildren(...chosen.questions.map(exampleButton));
}

function exampleButton({ text }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', () => { get('question').value = text; ask(); });
  return button;
}

function acceptDrops(stage) {
  stage.addEventListener('dragover', event => { event.preventDefault(); stage.classList.add('drop'); });
  stage.addEventListener('dragleave', () => stage.classList.remove('drop'));
  stage.addEventListener('drop', event => {
    event.preventDefault();
    stage.classList.remove('drop');
    takeFile(event.dataTransfer.files[0]);
  });
}

// Budget

const keep = () => description.budgets[get('budget').value];

function showBudget() {
  const percent = Math.round(100 * keep() / description.visualTokenCount);
  const text = `${keep()} of ${description.visualTokenCount} tokens, ${percent} %`;
  get('budget-text').textContent = text;
  get('budget').ariaValueText = text;
}

// Asking

function askSoon() {
  clearTimeout(waitingToAsk);
  if (picture && get('question').value.trim()) {
    waitingToAsk = setTimeout(ask, 150);
  }
}

async function ask() {
  clearTimeout(waitingToAsk);
  underWay?.abort();
  if (!picture) {
    showError('There is no picture', 'Choose one of the pictures, or upload your own.');
    return;
  }

  const question = get('question').value.trim();
  if (!question) {
    showError('There is no question', 'Type a question about the picture, or take one of the examples.');
    get('question').focus();
    return;
  }

  const form = new FormData();
  form.append('question', question);
  form.append('keep', keep());
  form.append(...(picture.file ? ['image', picture.file] : ['sample', picture.sample]));
  const request = underWay = new AbortController();
  setBusy(true);
  try {
    const headers = { Accept: 'text/event-stream' };
    const response = await fetch('api/answers', { method: 'POST', body: form, headers, signal: request.signal });
    if (response.ok) {
      await showEvents(response, picture.questions.find(known => known.text === question)?.answer);
    } else {
      const problem = await response.json();
      showError(problem.title, problem.detail ?? 'The server could not answer. Ask again.');
    }
  } catch (error) {
    if (error instanceof TypeError) {
      showError('The server cannot be reached', 'There was no answer. Check that the server still runs, then ask again.');
    } else if (error.name !== 'AbortError') {
      throw error;
    }
  } finally {
    if (request === underWay) {
      setBusy(false);
    }
  }
}

function setBusy(isBusy) {
  get('result').ariaBusy = `${isBusy}`;
  get('result').classList.toggle('waiting', isBusy);
  get('time').classList.toggle('waiting', isBusy);
}

/** Both answers word by word, then all that there is to know of them. */
async function showEvents(response, expected) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const begun = { pruned: '', unpruned: '' };
  let text = '';
  for (;;) {
    const { done, value: piece } = await reader.read();
    if (done) {
      throw new TypeError('The answer stopped.');
    }

    const events = (text + piece).split('\n\n');
    text = events.pop();
    for (const [name, data] of events.map(event => event.split('\n').map(line => line.slice(line.indexOf(' ') + 1)))) {
      const value = JSON.parse(data);
      if (name === 'answer') {
        showResult(value, expected);
        return;
      }

      if (!begun.pruned && !begun.unpruned) {
        beginResult();
      }

      begun[value.run] += value.text;
      get(`answer-${value.run}`).textContent = begun[value.run];
    }
  }
}

// Result

function showError(title, detail) {
  get('error-title').textContent = title;
  get('error-detail').textContent = detail;
  get('error').hidden = false;
  get('result').hidden = true;
  get('time').hidden = true;
  hideOverlay(true);
}

/** Makes room for the words to come. */
function beginResult() {
  get('error').hidden = true;
  get('note').hidden = true;
  get('result').hidden = false;
  get('result').classList.remove('waiting');
  label('pruned', `${keep()} tokens`);
  label('unpruned', `all ${description.visualTokenCount}`);
  for (const run of ['pruned', 'unpruned']) {
    get(`answer-${run}`).textContent = '';
    get(`badge-${run}`).hidden = true;
  }
}

function showResult({ pruned, unpruned, keptIndices, visualTokenCount }, expected) {
  beginResult();
  get('time').hidden = false;
  label('pruned', `${pruned.keptTokenCount} tokens`);
  get('answer-pruned').textContent = pruned.answer;
  get('answer-unpruned').textContent = unpruned.answer;
  judge('pruned', pruned.answer, expected ?? unpruned.answer, expected ? ['right', `wrong: ${expected}`] : ['same', 'differs']);
  judge('unpruned', unpruned.answer, expected, ['right', `wrong: ${expected}`]);
  get('note').textContent = pruned.note;
  get('note').hidden = !pruned.note;
  showTimes(pruned.milliseconds, unpruned.milliseconds);
  drawOverlay(keptIndices, visualTokenCount);
  get('status').textContent = `With ${pruned.keptTokenCount} tokens: ${pruned.answer}. `
    + `With all ${visualTokenCount}: ${unpruned.answer}. ${get('speed').textContent}.`;
}

function label(run, text) {
  document.querySelectorAll(`[data-label="${run}"]`).forEach(element => { element.textContent = text; });
}

function judge(run, answer, expected, [yes, no]) {
  const badge = get(`badge-${run}`);
  const isRight = answer === expected;
  badge.hidden = expected === undefined || expected === null;
  badge.textContent = isRight ? `✓ ${yes}` : `✗ ${no}`;
  badge.className = `badge ${isRight ? 'right' : 'wrong'}`;
}

function showTimes(pruned, unpruned) {
  const total = times => stages.reduce((sum, stage) => sum + times[stage], 0);
  const [few, all] = [total(pruned), total(unpruned)];
  get('times').replaceChildren(...stages.map(stage => timeRow(stage, pruned[stage], unpruned[stage])));
  get('total-pruned').textContent = few.toFixed(1);
  get('total-unpruned').textContent = all.toFixed(1);
  drawBar('bar-pruned', pruned, Math.max(few, all));
  drawBar('bar-unpruned', unpruned, Math.max(few, all));
  const ratio = all / few;
  get('speed').textContent = ratio >= 1.1 ? `${ratio.toFixed(1)} times as fast`
    : ratio > 0.9 ? 'About the same time'
    : `${(1 / ratio).toFixed(1)} times as slow`;
}

function timeRow(stage, ...values) {
  const row = document.createElement('tr');
  const name = document.createElement('th');
  row.className = stage;
  name.scope = 'row';
  name.textContent = stage[0].toUpperCase() + stage.slice(1);
  row.append(name, ...values.map(value => {
    const cell = document.createElement('td');
    cell.textContent = value.toFixed(1);
    return cell;
  }));
  return row;
}

function drawBar(id, times, longest) {
  get(id).replaceChildren(...stages.map(stage => {
    const part = document.createElement('i');
    part.className = stage;
    part.style.width = `${100 * times[stage] / longest}%`;
    return part;
  }));
}

// Overlay: one unit is one patch.

function drawOverlay(keptIndices, count) {
  const side = Math.sqrt(count);
  const overlay = get('overlay');
  if (!Number.isInteger(side)) {
    get('kept').textContent = `${keptIndices.length} of ${count} tokens kept`;
    return;
  }

  const kept = new Set(keptIndices);
  const isKept = (x, y) => x >= 0 && y >= 0 && x < side && y < side && kept.has(y * side + x);
  let dropped = '';
  let edges = '';
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (!isKept(x, y)) {
        dropped += `M${x} ${y}h1v1h-1z`;
        continue;
      }

      edges += isKept(x, y - 1) ? '' : `M${x} ${y}h1`;
      edges += isKept(x, y + 1) ? '' : `M${x} ${y + 1}h1`;
      edges += isKept(x - 1, y) ? '' : `M${x} ${y}v1`;
      edges += isKept(x + 1, y) ? '' : `M${x + 1} ${y}v1`;
    }
  }

  overlay.setAttribute('viewBox', `0 0 ${side} ${side}`);
  overlay.querySelector('.dropped').setAttribute('d', dropped);
  overlay.querySelector('.kept').setAttribute('d', edges);
  overlay.dataset.kept = keptIndices.length;
  get('kept').textContent = `Bright: the ${keptIndices.length} of ${count} patches that are kept`;
  showOverlay();
}

function showOverlay() {
  hideOverlay(!get('show-overlay').checked || !get('overlay').dataset.kept || get('picture').hidden);
}

// SVG elements have no property for it.
const hideOverlay = isHidden => get('overlay').toggleAttribute('hidden', isHidden);

const megabytes = bytes => `${(bytes / 1048576).toFixed(1).replace('.0', '')} MB`;

start();
