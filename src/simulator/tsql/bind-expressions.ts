/** Expressions to functions of the current row, each with its static type. Binding errors: 207, 209, 4104, 8120, 195, 174. */
import type { SqlType } from '../sql-tokens.ts';
import { bindAggregate, isAggregate } from './aggregates.ts';
import { bindArithmetic, bindNegate } from './arithmetic.ts';
import { bindTest } from './bind-predicates.ts';
import { convert, sameType } from './convert.ts';
import type { Bound } from './evaluation.ts';
import { bindFunction } from './functions.ts';
import { bindScalarQuery } from './subqueries.ts';
import { bindColumn, bindingEvaluation } from './scope.ts';
import type { Scope } from './scope.ts';
import { SqlError, textError } from './sql-error.ts';
import { bindSystemVariable } from './system-variables.ts';
import type { Expression } from './syntax.ts';
import { commonType, INT } from './types.ts';

export function bindValue(scope: Scope, expression: Expression): Bound {
  const { grouping } = scope;
  if (grouping !== undefined && !grouping.free && isGrouped(grouping.expressions, expression)) {
    grouping.free = true;
    const bound = bindOne(scope, expression);
    grouping.free = false;
    return bound;
  }
  return bindOne(scope, expression);
}

function isGrouped(grouped: readonly Expression[], expression: Expression): boolean {
  if (expression.kind === 'column' || expression.kind === 'literal' || grouped.length === 0) return false;
  const text = JSON.stringify(expression).toLowerCase();
  return grouped.some((other) => JSON.stringify(other).toLowerCase() === text);
}

function bindOne(scope: Scope, expression: Expression): Bound {
  switch (expression.kind) {
    case 'literal': {
      const { type, value } = expression;
      return { type, nullable: value === null, untyped: value === null, constant: value, run: () => value };
    }
    case 'variable':
      return bindVariable(scope, expression.name);
    case 'system':
      return bindSystemVariable(expression.name);
    case 'column':
      return bindColumn(scope, expression.parts);
    case 'negate':
      return bindNegate(bindValue(scope, expression.operand));
    case 'arithmetic':
      return bindArithmetic(
        expression.operator,
        bindValue(scope, expression.left),
        bindValue(scope, expression.right),
      );
    case 'case':
      return bindCase(scope, expression);
    case 'convert':
      return bindConvert(scope, expression);
    case 'scalar-query':
      return bindScalarQuery(scope, expression.query);
    case 'call':
      if (isAggregate(expression.name)) return bindAggregate(scope, expression);
      return bindFunction(
        expression,
        expression.arguments.map((argument) => bindValue(scope, argument)),
      );
    default:
      // A predicate where a value stands: the parser has refused it.
      throw textError(102, expression.kind);
  }
}

function bindVariable(scope: Scope, name: string): Bound {
  const type = bindingEvaluation(scope).variables[name]?.type;
  if (type === undefined) throw textError(137, name);
  return {
    type,
    nullable: true,
    untyped: false,
    run: (env) => env.evaluation.variables[name]?.value ?? null,
  };
}

/** `bound` in another type; itself when nothing is to be done. */
export function converted(bound: Bound, to: SqlType): Bound {
  if (bound.untyped) return { ...bound, type: to };
  if (sameType(bound.type, to)) return bound;
  const from = bound.type;
  return {
    type: to,
    nullable: bound.nullable,
    untyped: false,
    run: (env) => convert(bound.run(env), from, to),
  };
}

/** The type of a choice among values; NULL literals have no say. */
export function meetingType(all: readonly Bound[]): SqlType {
  const typed = all.filter((bound) => !bound.untyped);
  const [first, ...others] = typed;
  return others.reduce((type, bound) => commonType(type, bound.type), first?.type ?? INT);
}

function bindCase(scope: Scope, expression: Extract<Expression, { kind: 'case' }>): Bound {
  const { operand, branches } = expression;
  const results = branches.map((branch) => bindValue(scope, branch.then));
  const otherwise: Expression = expression.otherwise ?? {
    kind: 'literal',
    type: INT,
    value: null,
  };
  const last = bindValue(scope, otherwise);
  const type = meetingType([...results, last]);
  const tests = branches.map(({ when }) =>
    bindTest(
      scope,
      operand === undefined ? when : { kind: 'compare', operator: '=', left: operand, right: when },
    ),
  );
  const choices = results.map((result) => converted(result, type));
  const fallback = converted(last, type);
  return {
    type,
    nullable: fallback.nullable || choices.some((choice) => choice.nullable),
    untyped: false,
    run: (env) => {
      const at = tests.findIndex((test) => test(env) === true);
      return (choices[at] ?? fallback).run(env);
    },
  };
}

function bindConvert(scope: Scope, expression: Extract<Expression, { kind: 'convert' }>): Bound {
  const operand = bindValue(scope, expression.operand);
  const style = expression.style === undefined ? undefined : bindValue(scope, expression.style);
  const { type, attempt } = expression;
  const from = operand.type;
  const run: Bound['run'] = (env) => {
    const chosen = style?.run(env);
    return convert(operand.run(env), from, type, typeof chosen === 'number' ? chosen : undefined);
  };
  if (!attempt) return { type, nullable: operand.nullable, untyped: false, run };
  return {
    type,
    nullable: true,
    untyped: false,
    run: (env) => {
      try {
        return run(env);
      } catch (error) {
        // TRY_CONVERT: a value that does not convert is NULL; a conversion that is never allowed stays an error.
        if (error instanceof SqlError && error.errors[0]?.number !== 529) return null;
        throw error;
      }
    },
  };
}
