/**
 * Light or dark, as it was chosen on any page of SGAPS here; as the system has it where nothing was. Pages load this as a script that is no module, before
 * they draw anything (`scripts/lib/themeScript.mjs`): they would flash otherwise.
 */
const KEY = 'sgaps-theme';

function chosen(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    // A browser that keeps nothing.
    return '';
  }
}

function apply(theme: string): void {
  const { dataset } = document.documentElement;
  if (theme === 'light' || theme === 'dark') dataset.theme = theme;
  else delete dataset.theme;
  const choice = document.querySelector<HTMLSelectElement>('#theme');
  if (choice) choice.value = dataset.theme ?? '';
}

function choose(theme: string): void {
  apply(theme);
  try {
    if (theme === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is left.
  }
}

apply(chosen());
addEventListener('storage', ({ key }) => key === KEY && apply(chosen()));
document.addEventListener('DOMContentLoaded', () => {
  apply(chosen());
  document.querySelector('#theme')?.addEventListener('change', ({ target }) => choose((target as HTMLSelectElement).value));
});

export {};
