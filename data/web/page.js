/* What the pages of `papertag serve` do beyond links and forms: keys, completion, results as one types. Each page works
   without it; it asks the same addresses as the links and forms do, and puts the answers in place. */
'use strict';
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  let hereId = null; /* data-id of the paper that the keys are about */

  /* ---- papers and the one that the keys are about ---- */

  const papers = () => all('article.paper');
  const here = () => papers().find((paper) => paper.dataset.id === hereId) || null;

  function go(paper) {
    for (const other of all('.paper.here')) {
      other.classList.remove('here');
    }
    hereId = paper ? paper.dataset.id : null;
    if (paper) {
      paper.classList.add('here');
      one('h3 a', paper).focus({ preventScroll: true });
      paper.scrollIntoView({ block: 'nearest' });
    }
  }

  function step(by) {
    const list = papers(), at = list.indexOf(here());
    const next = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
    if (next) {
      go(next);
    }
  }

  /* ---- asking the server ---- */

  let asked = 0;

  /* Puts the main part and the side of an answer in the place of those that are shown. */
  function show(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    for (const part of ['main', 'aside']) {
      const fresh = one(part, page), old = one(part);
      if (fresh && old) {
        old.replaceWith(document.adoptNode(fresh));
      }
    }
    document.title = page.title;
    const paper = here();
    if (paper) {
      paper.classList.add('here');
    }
  }

  async function ask(address, options = {}) {
    const number = ++asked;
    document.body.classList.add('busy');
    try {
      const answer = await fetch(address, { credentials: 'same-origin', ...options });
      const html = await answer.text();
      if (number === asked) {
        show(html);
        return answer;
      }
    } catch (error) {
      if (number === asked) {
        say('The server does not answer.');
      }
    } finally {
      if (number === asked) {
        document.body.classList.remove('busy');
      }
    }
    return null;
  }

  function say(words) {
    let box = one('#said');
    if (!box) {
      box = document.createElement('p');
      box.id = 'said';
      box.className = 'remark';
      box.setAttribute('role', 'status');
      one('main').prepend(box);
    }
    box.textContent = words;
  }

  /* Sends a form as the button would, and shows where it leads. */
  async function send(form, button) {
    const data = new URLSearchParams(new FormData(form));
    if (button && button.name) {
      data.append(button.name, button.value);
    }
    const answer = await ask((button && button.getAttribute('formaction')) || form.getAttribute('action'), {
      method: 'POST',
      body: data,
    });
    if (answer && answer.ok && answer.url !== location.href) {
      history.replaceState(null, '', answer.url);
    }
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    const method = event.submitter && event.submitter.hasAttribute('formmethod') ? event.submitter.formMethod : form.method;
    if (method === 'post' && one('#main').contains(form)) {
      event.preventDefault();
      const paper = form.closest('article.paper');
      hereId = paper ? paper.dataset.id : hereId;
      send(form, event.submitter);
    }
  });

  /* ---- opening a paper in its place ---- */

  async function open(paper) {
    const old = one('.detail', paper);
    if (old) {
      old.remove();
      return;
    }
    const page = new DOMParser().parseFromString(await (await fetch(paper.dataset.to)).text(), 'text/html');
    const detail = document.createElement('div');
    detail.className = 'detail';
    for (const part of all('main > .abstract, main > section, main > details', page)) {
      detail.append(document.adoptNode(part));
    }
    if (!one('.detail', paper)) {
      paper.append(detail);
      similar(paper, detail);
      paper.classList.add('read');
      post('/mark', { id: paper.dataset.id, set: 'read' });
    }
  }

  /* The papers that are similar, which take a while in a large store. */
  async function similar(paper, detail) {
    const answer = await fetch(`${paper.dataset.to}?similar=1`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), found = one('.similar', page);
    if (found && one('.similar', detail)) {
      one('.similar', detail).replaceWith(document.adoptNode(found));
    }
  }

  const post = (address, fields) =>
    fetch(address, { method: 'POST', body: new URLSearchParams({ back: '/help', ...fields }), redirect: 'manual' });

  /* ---- keys ---- */

  const press = (selector, from = document) => {
    const button = from && one(selector, from);
    if (button) {
      button.click();
    }
  };

  /* Yes or no to the tag that is asked about, else to the first tag of the paper. */
  function judge(word) {
    press(`.question button[value=${word}]`);
    if (!one('.question')) {
      press(`.tags button[name=${word}]`, here() || one('.whole'));
    }
  }

  /* In a review: the other opinion of the n-th tag. */
  function turn(number) {
    const tag = all('.numbered .tags li')[number - 1];
    if (tag) {
      const on = !tag.classList.contains('maybe') && !tag.classList.contains('no');
      press(on ? 'button[name=no]' : 'button[name=yes]', tag);
    }
  }

  function edit() {
    const paper = here();
    if (paper) {
      const box = one('h3 input', paper);
      if (box && !all('h3 input:checked').length) {
        box.checked = true;
      }
    }
    const field = one('#give') || one('#add');
    if (field) {
      field.focus();
    }
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => here() && open(here()),
    v: () => {
      const link = one('.links a', here() || one('main'));
      if (link) {
        window.open(link.href, '_blank', 'noopener');
      }
    },
    y: () => judge('yes'),
    n: () => judge('no'),
    x: () => press('h3 input', here()),
    s: () => (one('.question') ? press('.skip-question') : press('button.star', here())),
    m: () => press('.acts button.quiet', here()),
    e: edit,
    u: () => press('.undo'),
    '/': () => one('#q').focus(),
    '?': () => location.assign('/help'),
  };

  document.addEventListener('keydown', (event) => {
    const field = event.target.closest('input:not([type=checkbox]), textarea, select');
    if (event.key === 'Escape' && field) {
      field.blur();
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    if (event.key === 'Enter' && event.target.closest('h3 a') && here()) {
      event.preventDefault();
      open(here());
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    } else if (/^[1-9]$/.test(event.key) && one('.numbered')) {
      event.preventDefault();
      turn(Number(event.key));
    }
  });

  document.addEventListener('focusin', (event) => {
    const paper = event.target.closest('article.paper');
    if (paper && paper.dataset.id !== hereId && event.target.matches('h3 a')) {
      go(paper);
    }
  });

  /* ---- completion of tags ---- */

  let tags = null, offers = null;

  async function known() {
    tags = tags || (await (await fetch('/api/v1/tags')).json()).tags;
    return tags;
  }

  /* The word at the cursor: it ends at a sign of the grammar. */
  function word(field) {
    const before = field.value.slice(0, field.selectionStart), start = before.search(/[^\s&|!(),]*$/);
    return { start, text: before.slice(start).replace(/^#/, '').toLowerCase() };
  }

  function close() {
    if (offers) {
      offers.list.remove();
      offers.field.removeAttribute('aria-activedescendant');
      offers.field.setAttribute('aria-expanded', 'false');
      offers = null;
    }
  }

  function choose(by) {
    const items = all('li', offers.list);
    offers.at = (offers.at + by + items.length) % items.length;
    items.forEach((item, i) => item.setAttribute('aria-selected', String(i === offers.at)));
    items[offers.at].scrollIntoView({ block: 'nearest' });
    offers.field.setAttribute('aria-activedescendant', items[offers.at].id);
  }

  function take(field, tag) {
    const { start } = word(field), end = field.selectionStart;
    field.value = field.value.slice(0, start) + tag + field.value.slice(end);
    field.setSelectionRange(start + tag.length, start + tag.length);
    close();
    field.dispatchEvent(new Event('input', { bubbles: true }));
    close();
  }

  async function offer(field) {
    const { text } = word(field);
    const found = text.length < 2 ? [] : (await known()).filter((tag) =>
      tag.tag.startsWith(text) || tag.name.toLowerCase().includes(text) ||
      tag.aliases.some((alias) => alias.toLowerCase().startsWith(text))).slice(0, 9);
    close();
    if (!found.length || document.activeElement !== field || (found.length === 1 && found[0].tag === text)) {
      return;
    }
    const list = document.createElement('ul');
    list.className = 'offers';
    list.id = 'offers';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Tags');
    found.forEach((tag, i) => {
      const item = document.createElement('li');
      item.id = `offer-${i}`;
      item.setAttribute('role', 'option');
      item.textContent = `${tag.tag} (${tag.papers})`;
      item.addEventListener('mousedown', (event) => {
        event.preventDefault();
        take(field, tag.tag);
      });
      list.append(item);
    });
    field.after(list);
    field.setAttribute('role', 'combobox');
    field.setAttribute('aria-controls', 'offers');
    field.setAttribute('aria-expanded', 'true');
    offers = { list, field, found, at: -1 };
  }

  document.addEventListener('keydown', (event) => {
    if (!offers || event.target !== offers.field) {
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      choose(event.key === 'ArrowDown' ? 1 : -1);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && offers.at >= 0) {
      event.preventDefault();
      take(offers.field, offers.found[offers.at].tag);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close();
    }
  }, true);

  document.addEventListener('focusout', close);

  /* ---- results as one types ---- */

  let timer = 0;

  document.addEventListener('input', (event) => {
    const field = event.target;
    if (field.id === 'q' || field.classList.contains('complete')) {
      offer(field);
    }
    if (field.id === 'q' && one('.columns')) {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const address = field.value.trim() ? `/?q=${encodeURIComponent(field.value.trim())}` : '/';
        if (await ask(address)) {
          history.replaceState(null, '', address);
        }
      }, 180);
    }
  });
})();
