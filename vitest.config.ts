import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/{domain,shared,functions,infra}/**/*.test.ts'], 30_000),
      project('contract', ['test/contract/**/*.test.ts'], 60_000),
      project('googlesql', ['test/googlesql/**/*.test.ts'], 300_000),
      project('e2e', ['test/e2e/**/*.test.ts'], 600_000),
    ],
  },
});
