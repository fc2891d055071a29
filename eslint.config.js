// The type checker finds what is undefined, unused or misspelt; these rules find what it allows.
export default [
  {
    files: ["**/*.js", "**/*.mjs"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-console": "error",
      "no-constant-binary-expression": "error",
      "no-constructor-return": "error",
      "no-empty": "error",
      "no-eval": "error",
      "no-fallthrough": "error",
      "no-implicit-coercion": "error",
      "no-promise-executor-return": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
      "no-unsafe-finally": "error",
      "no-unused-private-class-members": "error",
      "no-use-before-define": ["error", { functions: false, variables: false }],
      "no-useless-rename": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      // As tests/test_layers.py has it for Python: more would be a second idea in the file, function or class.
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 40, skipComments: true, skipBlankLines: true }],
      "no-restricted-syntax": [
        "error",
        {
          selector: Array(11).fill("PropertyDefinition").join(" ~ "),
          message: "A class has at most ten fields.",
        },
      ],
    },
  },
  {
    files: ["examples/*.mjs"],
    rules: { "no-console": "off" }, // programs for a terminal
  },
  {
    files: ["tests/web/**/*.js"],
    rules: { "max-lines": "off", "max-lines-per-function": "off" }, // a file for each module
  },
];
