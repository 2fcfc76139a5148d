import { defineConfig } from 'vite'

// The output is embedded in the binary and committed: names are short, nothing
// is inlined (the page's content policy allows files of its own alone), and
// nothing in it depends on the machine that built it.
export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: false,
    rollupOptions: {
      output: { entryFileNames: 'page.js', assetFileNames: 'page[extname]', chunkFileNames: '[name].js' },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8973' } },
})
