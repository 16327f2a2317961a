/** What the bundler gives besides modules. */
/// <reference types="vite/client" />
