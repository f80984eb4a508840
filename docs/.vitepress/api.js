// The reference is dark or light as its reader chose on the other pages of the site.
const chosen = localStorage.getItem('vitepress-theme-appearance');
if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
