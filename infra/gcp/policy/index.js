// Pulumi loads a pack by require() and compiles TypeScript there with settings of its own, under which nothing here
// compiles. What a module imports is left to Node, which strips the types.
import './pack.ts';
