"""Masks and the quantiser. `python3 -m unittest discover -s training -t .`"""

import unittest

import torch

from .config import Curriculum, Masks
from .masking import adaptive, choose_places, draw_masks, hide, region_shares, running_cell
from .rvq import DEAD, Level, Quantiser, draw_levels


class Masking(unittest.TestCase):
    def test_hides_the_shares_that_were_asked_for(self):
        self.assertEqual(hide(torch.rand(3, 240), torch.tensor([0.9, 0.95, 0.85])).sum(1).tolist(), [216, 228, 204])
        masks = Masks()
        texture = torch.zeros(1, 120)
        texture[0, 40:80] = 1
        critical = torch.zeros(1, 120, dtype=torch.bool)
        critical[0, 80:] = True
        hidden = adaptive(region_shares(texture, critical, masks), torch.rand(1, 120))[0]
        self.assertEqual([hidden[at : at + 40].sum().item() for at in (0, 40, 80)], [38, 34, 30])

    def test_the_curriculum_hides_dull_cubes_first_and_important_ones_last(self):
        torch.manual_seed(1)
        frames = torch.full((8, 2, 3, 128, 128), 0.5)
        frames[..., :64] = torch.rand(8, 2, 3, 128, 64)
        dull = torch.arange(64).view(8, 8)[:, 4:].flatten()
        changed = torch.ones(8, 64)
        changed[:, dull] = 0
        region, rank = torch.zeros(8, 64).long(), torch.arange(8).repeat(8, 1)
        curriculum = Curriculum()
        shares = {}
        for done, name in ((0.05, "easy"), (0.3, "neutral"), (0.9, "adversarial")):
            phase, over = curriculum.phase(done)
            self.assertEqual(phase, name)
            hidden = draw_masks(frames, changed, region, rank, Masks(regions=(0.95, 0.95, 0.95)), phase, over, curriculum.easy)
            shares[name] = (hidden[:, dull].mean() - hidden.mean()).item()
            self.assertTrue(0.84 < hidden.mean().item() < 0.96)
        self.assertGreater(shares["easy"], 0.05)
        self.assertLess(shares["adversarial"], 0)
        self.assertEqual([curriculum.phase(k / 2400)[0] for k in (399, 401, 1199, 1201)], ["easy", "neutral", "neutral", "adversarial"])

    def test_running_cells_are_half_of_all_and_come_by_everywhere(self):
        cells = torch.stack([running_cell(8, 10, 0.5, step, "cpu") for step in range(4)])
        self.assertEqual(cells.sum(1).tolist(), [40] * 4)
        self.assertEqual(cells.sum(0).tolist(), [2] * 80)
        wanted = torch.zeros(2, 80)
        wanted[:, 3:30] = 1
        places = choose_places(wanted, 8, 10, 0.5, 1)
        self.assertEqual(places.shape, (2, 40))
        for row in places.tolist():
            self.assertTrue(set(range(3, 30)) <= set(row) and row == sorted(row))


class Quantising(unittest.TestCase):
    def test_starts_with_the_means_of_the_first_batch_and_revives_dead_codes(self):
        torch.manual_seed(4)
        level = Level(8, 16, 4)
        centres = torch.nn.functional.normalize(torch.randn(16, 4), dim=1)
        points = torch.nn.functional.normalize(centres.repeat(40, 1) + 0.01 * torch.randn(640, 4), dim=1)
        level.cluster(points)
        nearest = (points @ level.codes.t()).max(1)[0]
        self.assertGreater(nearest.mean().item(), 0.95)
        level.codes[0], level.sums[0], level.sizes[0] = 0, 0, DEAD - 1
        level.learn(points, level.nearest(points))
        self.assertLess((points - level.codes[0]).norm(dim=1).min().item(), 1e-5)
        self.assertGreater(level.sizes.min().item(), DEAD)

    def test_starts_with_a_fair_guess_at_the_first_vectors(self):
        torch.manual_seed(7)
        quantiser = Quantiser(16, 6, 256, 8)
        x = torch.randn(2000, 16) * torch.linspace(2, 0.1, 16) + torch.randn(16)
        quantiser.start(x)
        codes = quantiser.encode(x)
        left = [((quantiser.decode(codes, torch.full((2000,), n)) - x) ** 2).mean().item() / x.var(0).mean().item() for n in (1, 6)]
        self.assertLess(left[0], 0.5)
        self.assertLess(left[1], 0.15)

    def test_codes_follow_the_mean_of_what_chooses_them(self):
        level = Level(8, 4, 4)
        level.codes.copy_(torch.eye(4))
        level.sums.copy_(torch.eye(4) * 50)
        level.sizes.fill_(50)
        point = torch.nn.functional.normalize(torch.tensor([[1.0, 0.2, 0, 0]]), dim=1).repeat(64, 1)
        for _ in range(300):
            level.learn(point, level.nearest(point))
        self.assertGreater((level.codes[0] @ point[0]).item(), 0.9999)

    def test_more_levels_of_the_same_codes_add_to_fewer(self):
        torch.manual_seed(5)
        quantiser = Quantiser(16, 6, 64, 8)
        x = torch.randn(1, 300, 16)
        quantiser.train()
        optimiser = torch.optim.Adam(quantiser.parameters(), lr=3e-3)
        for _ in range(60):
            parts, codes, commitment, near = quantiser(x, torch.ones(1, 300))
            optimiser.zero_grad()
            (((parts.cumsum(0) - x) ** 2).mean() + 0.1 * commitment + near).backward()
            optimiser.step()
        quantiser.eval()
        codes = quantiser.encode(x)
        parts = quantiser(x, torch.zeros(1, 300))[0]
        errors = []
        for n in range(1, 7):
            made = quantiser.decode(codes, torch.full((1, 300), n))
            self.assertTrue(torch.allclose(made, parts[:n].sum(0), atol=1e-4))
            # Later codes do not matter.
            spoilt = codes.clone()
            spoilt[..., n:] = 0
            self.assertTrue(torch.equal(quantiser.decode(spoilt, torch.full((1, 300), n)), made))
            errors.append(((made - x) ** 2).mean().item())
        self.assertEqual(errors, sorted(errors, reverse=True))
        self.assertLess(errors[-1], 0.7 * errors[0])

    def test_learns_nothing_where_there_is_nothing_to_learn_of(self):
        torch.manual_seed(8)
        quantiser = Quantiser(16, 2, 32, 8).train()
        quantiser.start(torch.randn(500, 16))
        level = quantiser.levels[0]
        before = level.codes.clone()
        parts, _, commitment, near = quantiser(torch.randn(1, 20, 16), torch.zeros(1, 20))
        self.assertEqual((float(commitment), float(near), parts.shape), (0, 0, (2, 1, 20, 16)))
        self.assertTrue(torch.equal(level.codes, before))
        # In one of several processes: its share of the sums is nothing, and codes that died have to wait.
        level.sizes[0] = 0
        level.learn(torch.zeros(0, 8), torch.zeros(0).long())
        self.assertTrue(torch.isfinite(level.codes).all())

    def test_dropout_takes_half_of_the_batch(self):
        torch.manual_seed(6)
        levels = draw_levels((400, 10), 6)
        whole = (levels == 6).all(1).float().mean().item()
        self.assertTrue(0.4 < whole < 0.6)
        self.assertEqual(sorted(set(levels.flatten().tolist())), [1, 2, 3, 4, 5, 6])


if __name__ == "__main__":
    unittest.main()
