//! Finds the top of a smooth function of a few variables by its gradient: BFGS with a weak Wolfe line search.

/// A point, the value there and its gradient.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Top<const N: usize> {
    pub(crate) at: [f64; N],
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) n_evaluations: u32,
    pub(crate) is_converged: bool,
}

pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

const MAX_STEPS: u32 = 200;
const MAX_HALVINGS: u32 = 40;
/// The gain still to be had, in units of the value, below which the top is reached.
const GAIN: f64 = 1e-12;
/// What rounding in a sum over many people leaves uncertain, as a share of the value.
const ROUNDING: f64 = 3e-14;
/// A step that should gain less than this, in units of the value, and gains nothing has met rounding: the top is reached.
const LITTLE: f64 = 1e-4;
/// No step moves a variable by more: variables are logarithms, so this is a factor of twenty.
const LONGEST: f64 = 3.0;

/// Climbs from `start`; `curvature` is a guess of the inverse of minus the Hessian, if there is one.
///
/// `f` returns the value and the gradient. A value that is not finite counts as lower than all others, so the climb
/// turns back from it.
pub(crate) fn climb<const N: usize>(
    f: &impl Fn(&[f64; N]) -> (f64, [f64; N]),
    start: [f64; N],
    curvature: Option<Matrix<N>>,
) -> Top<N> {
    let (value, gradient) = f(&start);
    let mut top = Top { at: start, value, gradient, n_evaluations: 1, is_converged: false };
    let mut is_learnt = curvature.is_some();
    let mut inverse = curvature.unwrap_or_else(|| scaled_identity(1.0 / norm(&gradient).max(1.0)));
    for _ in 0..MAX_STEPS {
        let mut direction = times(&inverse, &top.gradient);
        let gain = dot(&direction, &top.gradient);
        if !(0.0 < gain && gain.is_finite()) {
            inverse = scaled_identity(1.0 / norm(&top.gradient).max(1.0));
            direction = times(&inverse, &top.gradient);
        }
        if is_learnt && gain.abs() < GAIN + ROUNDING * top.value.abs() {
            top.is_converged = true;
            break;
        }
        let longest = direction.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
        if LONGEST < longest {
            direction = direction.map(|step| step * LONGEST / longest);
        }
        let before = top;
        let has_moved = search(f, &mut top, &direction);
        if is_learnt && gain < LITTLE && top.value - before.value <= ROUNDING * top.value.abs() {
            top.is_converged = true;
            break;
        }
        if !has_moved {
            // No way up: at rounding's end, or the metric is spoilt; the plain gradient has the last word once.
            if !is_learnt {
                break;
            }
            inverse = scaled_identity(1.0 / norm(&top.gradient).max(1.0));
            is_learnt = false;
            continue;
        }
        learn(&mut inverse, &before, &top, is_learnt);
        is_learnt = true;
    }
    top
}

/// Moves `top` along `direction` to a point that is enough higher and enough flatter; false where there is none.
fn search<const N: usize>(f: &impl Fn(&[f64; N]) -> (f64, [f64; N]), top: &mut Top<N>, direction: &[f64; N]) -> bool {
    let slope = dot(direction, &top.gradient);
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, 1.0);
    let mut best: Option<Top<N>> = None;
    for _ in 0..MAX_HALVINGS {
        let mut at = top.at;
        for (x, step) in at.iter_mut().zip(direction) {
            *x += length * step;
        }
        let (value, gradient) = f(&at);
        top.n_evaluations += 1;
        let is_sound = value.is_finite() && gradient.iter().all(|g| g.is_finite());
        if !is_sound || value < top.value + 1e-4 * length * slope {
            high = length;
        } else {
            best = Some(Top { at, value, gradient, ..*top });
            if dot(direction, &gradient) <= 0.9 * slope {
                break;
            }
            low = length;
        }
        length = if high.is_finite() { f64::midpoint(low, high) } else { 2.0 * length };
        let is_rounding = length * slope < 1e-3 * ROUNDING * top.value.abs();
        if is_rounding || (best.is_some() && 8.0 < length) {
            break;
        }
    }
    let n_evaluations = top.n_evaluations;
    best.is_some_and(|best| {
        *top = Top { n_evaluations, ..best };
        true
    })
}

/// The BFGS update of the inverse of minus the Hessian.
fn learn<const N: usize>(inverse: &mut Matrix<N>, before: &Top<N>, after: &Top<N>, is_learnt: bool) {
    let step: [f64; N] = std::array::from_fn(|i| after.at[i] - before.at[i]);
    let bend: [f64; N] = std::array::from_fn(|i| before.gradient[i] - after.gradient[i]);
    let along = dot(&step, &bend);
    if along.is_nan() || along <= 1e-12 * norm(&step) * norm(&bend) {
        return;
    }
    if !is_learnt {
        *inverse = scaled_identity(along / dot(&bend, &bend));
    }
    let bent = times(inverse, &bend);
    let scale = (1.0 + dot(&bend, &bent) / along) / along;
    for i in 0..N {
        for j in 0..N {
            inverse[i][j] += scale * step[i] * step[j] - (bent[i] * step[j] + step[i] * bent[j]) / along;
        }
    }
}

/// How far to each side the gradient is asked for the second derivative.
const NEAR: f64 = 1e-4;

/// Minus the second derivatives at `at`, by central differences of the gradient.
pub(crate) fn curvature<const N: usize>(f: &impl Fn(&[f64; N]) -> (f64, [f64; N]), at: &[f64; N]) -> Matrix<N> {
    let mut bent = [[0.0; N]; N];
    for i in 0..N {
        let (mut above, mut below) = (*at, *at);
        above[i] += NEAR;
        below[i] -= NEAR;
        let (above, below) = (f(&above).1, f(&below).1);
        for j in 0..N {
            let second = (below[j] - above[j]) / (2.0 * NEAR);
            bent[i][j] += second / 2.0;
            bent[j][i] += second / 2.0;
        }
    }
    bent
}

/// The inverse of a positive definite matrix by Cholesky's factor; `None` where it is not clearly positive definite.
pub(crate) fn invert<const N: usize>(matrix: &Matrix<N>) -> Option<Matrix<N>> {
    let mut factor = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let left = matrix[i][j] - known;
            if i == j {
                if !(1e-10 * matrix[i][i] < left && left.is_finite()) {
                    return None;
                }
                factor[i][i] = left.sqrt();
            } else {
                factor[i][j] = left / factor[j][j];
            }
        }
    }
    // The inverse is symmetric, so its columns may be kept as rows.
    let mut inverse = [[0.0; N]; N];
    for (column, kept) in inverse.iter_mut().enumerate() {
        let mut solved = [0.0; N];
        for i in 0..N {
            let known: f64 = (0..i).map(|k| factor[i][k] * solved[k]).sum();
            solved[i] = (f64::from(u8::from(i == column)) - known) / factor[i][i];
        }
        for i in (0..N).rev() {
            let known: f64 = (i + 1..N).map(|k| factor[k][i] * kept[k]).sum();
            kept[i] = (solved[i] - known) / factor[i][i];
        }
    }
    Some(inverse)
}

fn scaled_identity<const N: usize>(scale: f64) -> Matrix<N> {
    std::array::from_fn(|i| std::array::from_fn(|j| if i == j { scale } else { 0.0 }))
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm<const N: usize>(a: &[f64; N]) -> f64 {
    dot(a, a).sqrt()
}

fn times<const N: usize>(matrix: &Matrix<N>, vector: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| dot(&matrix[i], vector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_top_of_the_banana() {
        let f = |v: &[f64; 2]| {
            let (x, y) = (v[0], v[1]);
            let (u, w) = (1.0 - x, y - x * x);
            (-(u * u + 100.0 * w * w), [2.0 * u + 400.0 * x * w, -200.0 * w])
        };
        let top = climb(&f, [-1.2, 1.0], None);
        assert!(top.is_converged && (top.at[0] - 1.0).abs() < 1e-4 && (top.at[1] - 1.0).abs() < 1e-4, "{top:?}");
        assert!(top.n_evaluations < 80, "{top:?}");
    }

    #[test]
    fn turns_back_from_where_there_is_no_value() {
        let f = |v: &[f64; 1]| (v[0].ln() - v[0], [1.0 / v[0] - 1.0]);
        let top = climb(&f, [0.05], None);
        assert!(top.is_converged && (top.at[0] - 1.0).abs() < 1e-4, "{top:?}");
    }

    #[test]
    fn inverts_what_can_be_inverted() {
        let inverse = invert(&[[4.0, 2.0], [2.0, 3.0]]).unwrap();
        assert!((inverse[0][0] - 0.375).abs() < 1e-15 && (inverse[0][1] + 0.25).abs() < 1e-15);
        assert!(invert(&[[1.0, 1.0], [1.0, 1.0]]).is_none());
        assert!(invert(&[[f64::NAN]]).is_none());
    }
}
