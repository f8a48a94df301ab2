// Runs before the first paint, so that a chosen scheme never flashes the other one. A file of its own: the content
// security policy allows no inline script. The key is Mantine's own.
(() => {
  const chosen = localStorage.getItem('mantine-color-scheme-value');
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = isDark ? 'dark' : 'light';
})();
