//! Days in an order: which differences between them are possible.

/// A day that is not known, by its place in an [`Order`]; the first is a fixed day, from which known days are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unknown(usize);

/// The fixed day.
pub(super) const FIXED: Unknown = Unknown(0);
/// The day of registration.
pub(super) const REGISTRATION: Unknown = Unknown(1);

/// An unknown day and so many days more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Term {
    pub(super) from: Unknown,
    pub(super) days: i64,
}

impl Term {
    /// The day that many days later.
    pub(super) fn later(self, days: i32) -> Term {
        Term { days: self.days.saturating_add(days.into()), ..self }
    }
}

/// For each two unknown days, how many days at most the first lies after the second. The bounds are always closed: no
/// detour over a third day gives a narrower one.
#[derive(Clone, Debug)]
pub(super) struct Order {
    most: Vec<Vec<i64>>,
}

/// No bound is known.
const ANY: i64 = i64::MAX / 4;

impl Order {
    pub(super) fn new() -> Order {
        Order { most: vec![vec![0, ANY], vec![ANY, 0]] }
    }

    /// A new unknown day.
    pub(super) fn add(&mut self) -> Unknown {
        let count = self.most.len();
        self.most.iter_mut().for_each(|row| row.push(ANY));
        let mut row = vec![ANY; count];
        row.push(0);
        self.most.push(row);
        Unknown(count)
    }

    /// Takes note that the first day is not after the second; false if that cannot be.
    pub(super) fn not_after(&mut self, first: Term, second: Term) -> bool {
        let ((a, b), most) = ((first.from.0, second.from.0), second.days - first.days);
        if a == b {
            return most >= 0;
        }
        if most.saturating_add(self.most[b][a]) < 0 {
            return false;
        }
        if most < self.most[a][b] {
            for i in 0..self.most.len() {
                for j in 0..self.most.len() {
                    let (to, on) = (self.most[i][a], self.most[b][j]);
                    if to < ANY && on < ANY {
                        self.most[i][j] = self.most[i][j].min(to + most + on);
                    }
                }
            }
        }
        true
    }

    /// True if the first day is certainly not after the second.
    pub(super) fn is_not_after(&self, first: Term, second: Term) -> bool {
        let most = self.most[first.from.0][second.from.0];
        most < ANY && most <= second.days - first.days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_days_that_each_come_before_the_next_cannot_be() {
        let mut order = Order::new();
        let [a, b, c] = [(); 3].map(|()| Term { from: order.add(), days: 0 });
        assert!(order.not_after(a.later(1), b) && order.not_after(b.later(1), c));
        assert!(order.is_not_after(a.later(2), c) && !order.is_not_after(a.later(3), c));
        assert!(!order.not_after(c, a.later(1)), "c is two days after a at least");
        assert!(order.not_after(c, a.later(2)));
        assert!(order.is_not_after(c, b.later(1)), "then b is the day between them");
        assert!(order.not_after(a, a) && !order.not_after(a.later(1), a));
    }
}
