//! Logistic regression with a Gaussian prior of each weight, fitted by cyclic coordinate descent: Newton steps within a trust region
//! (the algorithm CLG of Genkin, Lewis & Madigan, "Large-Scale Bayesian Logistic Regression for Text Categorization", Technometrics
//! 49(3), 2007). Nothing in it is random: the same data give the same weights.

use super::features::Column;

/// The fit ends where a pass over all weights moves them and the scores by less than this share of the scores.
const TOLERANCE: f64 = 1e-5;

/// A fit that has not ended by then is near enough.
const MAX_PASSES: usize = 500;

/// The passages that a model is fitted to.
pub struct Cases {
    /// The share of such passages that should be found, from 0 to 1.
    pub targets: Vec<f64>,
    /// How much each passage counts.
    pub weights: Vec<f64>,
    /// Of what is thought of the bias beforehand, which is 0; infinite where nothing is.
    pub bias_variance: f64,
}

/// A feature, and how far from 0 its weight is thought to be beforehand.
#[derive(Clone, Copy)]
pub struct Input<'c> {
    pub column: &'c Column,
    /// Infinite where nothing is thought of it.
    pub variance: f64,
}

/// The log odds of a passage are the bias and the sum of its features' values times their weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub bias: f64,
    pub weights: Vec<f64>,
}

/// Fits a model, beginning with some weights, from which the result does not depend but for the time that it takes.
pub fn fit(inputs: &[Input<'_>], cases: &Cases, start: Fit) -> Fit {
    let Fit { mut bias, mut weights } = start;
    let mut odds = odds(inputs, bias, &weights, cases.targets.len());
    let mut radius = vec![1.0; inputs.len()];
    let mut bias_radius = 1.0;
    for _ in 0..MAX_PASSES {
        let before = odds.clone();
        let mut slope = Slope::of(bias, cases.bias_variance);
        for (at, odds) in odds.iter().enumerate() {
            slope.add(cases, at, *odds, 1.0, bias_radius);
        }
        let step = slope.step(&mut bias_radius);
        let mut moved = step.abs();
        bias += step;
        odds.iter_mut().for_each(|odds| *odds += step);
        for ((input, weight), radius) in inputs.iter().zip(&mut weights).zip(&mut radius) {
            let mut slope = Slope::of(*weight, input.variance);
            let Column { rows, values } = input.column;
            for (row, value) in rows.iter().zip(values) {
                slope.add(cases, *row as usize, odds[*row as usize], *value, *radius);
            }
            let step = slope.step(radius);
            if step != 0.0 {
                *weight += step;
                moved += step.abs();
                for (row, value) in rows.iter().zip(values) {
                    odds[*row as usize] += step * value;
                }
            }
        }
        moved += odds.iter().zip(&before).map(|(now, before)| (now - before).abs()).sum::<f64>();
        let size: f64 = odds.iter().map(|odds| odds.abs()).sum();
        if moved <= TOLERANCE * (1.0 + size) {
            break;
        }
    }
    Fit { bias, weights }
}

/// The log odds of each of some passages.
pub fn odds(inputs: &[Input<'_>], bias: f64, weights: &[f64], passages: usize) -> Vec<f64> {
    let mut odds = vec![bias; passages];
    for (input, weight) in inputs.iter().zip(weights) {
        for (row, value) in input.column.rows.iter().zip(&input.column.values) {
            odds[*row as usize] += weight * value;
        }
    }
    odds
}

/// The first derivative of what is made least by one weight, and a bound of the second within the trust region.
struct Slope {
    first: f64,
    second: f64,
}

impl Slope {
    /// Of a weight, which is thought to be 0 beforehand.
    fn of(weight: f64, variance: f64) -> Slope {
        Slope { first: weight / variance, second: 1.0 / variance }
    }

    fn add(&mut self, cases: &Cases, at: usize, odds: f64, value: f64, radius: f64) {
        let counts = cases.weights[at];
        let expected = 1.0 / (1.0 + (-odds).exp());
        self.first += counts * value * (expected - cases.targets[at]);
        // The steepest within the radius: a quarter, where the odds may come to be even.
        let beyond = odds.abs() - radius * value.abs();
        let steepest = if beyond <= 0.0 {
            0.25
        } else {
            let exp = beyond.exp();
            1.0 / (2.0 + exp + 1.0 / exp)
        };
        self.second += counts * value * value * steepest;
    }

    /// The step to take, and the trust region of the next one.
    fn step(&self, radius: &mut f64) -> f64 {
        if self.second <= 0.0 {
            return 0.0;
        }
        let step = (-self.first / self.second).clamp(-*radius, *radius);
        *radius = (2.0 * step.abs()).max(*radius / 2.0);
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three features of eight passages.
    fn columns() -> [Column; 3] {
        [vec![(0, 1.0), (1, 1.5), (4, 1.0)], vec![(0, 1.0), (2, 1.0), (3, 1.6), (5, 1.0)], vec![(6, 1.0), (1, 1.0)]].map(
            |values| {
                values.into_iter().fold(Column::default(), |mut column, (row, value)| {
                    column.rows.push(row);
                    column.values.push(value);
                    column
                })
            },
        )
    }

    fn cases(bias_variance: f64) -> Cases {
        Cases {
            targets: vec![1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0],
            weights: vec![1.0, 2.0, 1.0, 0.5, 1.0, 1.0, 1.0, 3.0],
            bias_variance,
        }
    }

    #[test]
    fn no_weight_could_be_better() {
        let columns = columns();
        let variances = [0.7, 5.0, 0.1];
        let inputs: Vec<Input<'_>> = (0..3).map(|at| Input { column: &columns[at], variance: variances[at] }).collect();
        for bias_variance in [0.2, f64::INFINITY] {
            let cases = cases(bias_variance);
            let loss = |model: &Fit| -> f64 {
                let all = odds(&inputs, model.bias, &model.weights, 8);
                let data = (0..8).map(|at| cases.weights[at] * (all[at].exp().ln_1p() - cases.targets[at] * all[at]));
                let prior = (0..3).map(|at| model.weights[at].powi(2) / (2.0 * variances[at]));
                data.chain(prior).sum::<f64>() + model.bias.powi(2) / (2.0 * bias_variance)
            };
            let best = fit(&inputs, &cases, Fit { bias: 0.0, weights: vec![0.0; 3] });
            let least = loss(&best);
            for step in [1e-2, -1e-2] {
                assert!(loss(&Fit { bias: best.bias + step, ..best.clone() }) > least);
                for at in 0..3 {
                    let mut other = best.clone();
                    other.weights[at] += step;
                    assert!(loss(&other) > least, "{at}");
                }
            }
            let from_afar = fit(&inputs, &cases, Fit { bias: 9.0, weights: vec![-9.0, 9.0, 9.0] });
            for (one, other) in best.weights.iter().zip(&from_afar.weights) {
                assert!((one - other).abs() < 1e-3, "{best:?} {from_afar:?}");
            }
        }
    }

    #[test]
    fn a_weight_that_no_passage_speaks_of_is_0() {
        let column = Column::default();
        let input = Input { column: &column, variance: 0.1 };
        let fitted = fit(&[input], &cases(1.0), Fit { bias: 0.0, weights: vec![2.5] });
        assert!(fitted.weights[0].abs() < 1e-9);
    }
}
