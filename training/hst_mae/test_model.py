"""The model: sizes, windows, state, regions, order of decoding. `python3 -m unittest discover -s training -t .`"""

import unittest

import torch
from torch._subclasses import FakeTensorMode

from .attention import BLOCKED, WindowBlock
from .data import TOKENS
from .cubes import atoms, cubes_of, frames_of
from .encoder import UNKNOWN, shape_of
from .masking import hide, paste, spread
from .model import HstMae
from .presets import PRESETS, REGIONS, SESSION, STATE
from .regions import link, one_hot
from .state import StateEncoder, unseen_of


def pair_of(height=64, width=96, batch=2, seed=1):
    generator = torch.Generator().manual_seed(seed)
    rand = lambda *shape: torch.rand(*shape, generator=generator)
    cubes = height * width // 256
    return {
        "frames": rand(batch, 2, 3, height, width),
        "context": rand(batch, 2, 3, height, width),
        "hidden": torch.zeros(batch, cubes),
        "state": rand(batch, 5, STATE),
        "region": torch.randint(0, 4, (batch, cubes), generator=generator),
        "rank": torch.stack([torch.randperm(REGIONS, generator=generator) for _ in range(batch)]),
        "memory": rand(batch, REGIONS, PRESETS["test"].memory),
        "session": rand(batch, SESSION),
    }


class Sizes(unittest.TestCase):
    def test_base_and_large_have_the_papers_sizes(self):
        for name, encoder, decoder in (("base", 120e6, 60e6), ("large", 350e6, 100e6)):
            # Nothing is allocated.
            with FakeTensorMode():
                model = HstMae(PRESETS[name])
            count = lambda *parts: sum(p.numel() for part in parts for p in part.parameters())
            self.assertLess(abs(count(model) / (encoder + decoder) - 1), 0.05)
            self.assertLess(abs(count(model.state, model.encoder, model.quantiser) / encoder - 1), 0.05)
            self.assertLess(abs(count(model.decoder) / decoder - 1), 0.05)
            self.assertEqual(PRESETS[name].widths, (768, 1024, 1280, 1408))
            self.assertEqual((len(model.state.layers), len(model.decoder.blocks), len(model.quantiser.levels)), (4, 4, 6))

    def test_takes_any_grid_of_whole_tiles_and_any_number_of_cubes(self):
        for parts in ({}, {"hierarchical": False}, {"state": False}, {"regions": False}):
            model = HstMae(PRESETS["test"].with_parts(**parts)).eval()
            for height, width, active in ((64, 96, 7), (32, 32, 1), (96, 160, 60)):
                x = pair_of(height, width)
                latent, pooled, tokens = model.encode(**{key: x[key] for key in x if key != "rank"})
                self.assertEqual((latent.shape, pooled.shape), ((2, height * width // 256, 16), (2, SESSION)))
                places = torch.stack([torch.randperm(latent.shape[1])[:active].sort()[0] for _ in range(2)])
                cubes, memory = model.decode(latent[:, :active], torch.ones(2, active).long(), places, x["context"], tokens, x["region"], x["rank"], x["memory"], x["session"])
                self.assertEqual((cubes.shape, memory.shape), ((2, active, 2, 3, 16, 16), x["memory"].shape))

    def test_nothing_of_hidden_cubes_is_told(self):
        model = HstMae(PRESETS["test"]).eval()
        x = pair_of(96, 128)
        hidden = hide(torch.rand(2, 48, generator=torch.Generator().manual_seed(3)), torch.full((2,), 0.9))
        changed = paste(x["frames"], torch.rand_like(x["frames"]), hidden)
        told = []
        for frames in (x["frames"], changed):
            for context in (x["context"], spread(frames, hidden)):
                given = {**{key: x[key] for key in x if key != "rank"}, "frames": frames, "context": context, "hidden": hidden}
                told.append((model.encode(**given)[0], paste(frames, context, hidden)))
        self.assertFalse(torch.equal(x["frames"], changed))
        for k in (0, 1):
            self.assertTrue(all(torch.allclose(a, b, atol=1e-5) for a, b in zip(told[k], told[k + 2])))
        seen = hidden[0] == 0
        self.assertTrue(torch.equal(cubes_of(told[0][1])[0, seen], cubes_of(x["frames"])[0, seen]))

    def test_hidden_cubes_are_taken_to_be_as_loud_as_those_around(self):
        left = torch.zeros(1, 2, 3, 64, 512)
        left[..., 256:] = 0.5
        seen = (torch.arange(128) % 4 == 0).float().unsqueeze(0)
        loudness = shape_of(left, seen)[1].reshape(4, 32)
        hidden = seen.reshape(4, 32) == 0
        self.assertLess(loudness[:, :11][hidden[:, :11]].max(), 0.1)
        self.assertGreater(loudness[:, 21:][hidden[:, 21:]].min(), 4.0)
        self.assertTrue(torch.allclose(shape_of(left, seen * 0)[1], torch.tensor(UNKNOWN)))

    def test_cubes_and_frames_are_each_others_inverse(self):
        frames = torch.rand(2, 2, 3, 64, 96)
        self.assertTrue(torch.equal(frames_of(cubes_of(frames), 4, 6), frames))
        self.assertTrue(torch.equal(cubes_of(frames)[1, 7], frames[1, :, :, 16:32, 16:32]))

    def test_the_linear_transform_begins_as_a_codecs(self):
        waves = atoms(64)
        self.assertTrue(torch.allclose(waves @ waves.t(), torch.eye(64), atol=1e-5))
        smooth = torch.linspace(0, 1, 16).view(1, 1, 1, 16) * torch.linspace(1, 0.5, 16).view(1, 1, 16, 1) + torch.zeros(2, 3, 16, 16)
        made = (smooth.flatten() @ waves.t()) @ waves
        self.assertLess((made - smooth.flatten()).abs().max().item(), 0.05)

    def test_what_is_hidden_does_not_reach_the_codes(self):
        model = HstMae(PRESETS["test"]).eval()
        x = pair_of(batch=1)
        x["hidden"][0, 5] = 1
        other = x["frames"].clone()
        other[..., 0:16, 80:96] = 0
        run = lambda frames: model.encode(frames, *(x[key] for key in ("context", "hidden", "state", "region", "memory", "session")))[0]
        self.assertTrue(torch.equal(run(x["frames"]), run(other)))
        x["hidden"][0, 5] = 0
        self.assertFalse(torch.equal(run(x["frames"]), run(other)))


class Windows(unittest.TestCase):
    def test_a_window_sees_itself_alone_and_shifted_ones_do_not_wrap_around(self):
        torch.manual_seed(1)
        for shift in (False, True):
            block = WindowBlock(8, 2, 2.0, 4, shift, False).eval()
            # 10 x 6 tokens: padded to 12 x 8.
            x = torch.rand(1, 10, 6, 8)
            before = block(x)
            moved = x.clone()
            moved[0, 0, 0] = torch.rand(8)
            seen = ((block(moved) - before).abs().amax(3)[0] > 1e-7).nonzero().tolist()
            reach = 2 if shift else 4
            self.assertEqual(seen, [[row, column] for row in range(reach) for column in range(reach)])


class States(unittest.TestCase):
    def test_padding_behind_tokens_changes_nothing(self):
        encoder = StateEncoder(PRESETS["test"]).eval()
        state = torch.rand(2, TOKENS, STATE)
        counts = torch.tensor([3, 24])
        padded = encoder(state, unseen_of(counts, TOKENS))
        self.assertTrue(torch.allclose(encoder(state[:1, :3], None), padded[:1, :3], atol=1e-5))
        self.assertTrue(torch.allclose(encoder(state[1:], None), padded[1:], atol=1e-5))


class Regions(unittest.TestCase):
    def test_a_quarter_of_the_links_across_is_kept_the_nearest(self):
        places, region = torch.arange(48).unsqueeze(0), torch.randint(0, 3, (1, 48), generator=torch.Generator().manual_seed(2))
        links = link(places, region, 8)
        same, seen = links.same[0] > 0, links.blocked[0] == 0
        self.assertTrue(seen[same].all())
        for cube in range(48):
            across = ~same[cube]
            kept = across & seen[cube]
            self.assertEqual(kept.sum().item(), across.sum().item() // 4)
            self.assertLessEqual(links.distance[0, cube][kept].max().item(), links.distance[0, cube][across & ~kept].min().item())

    def test_a_region_decoded_later_changes_nothing_of_those_before(self):
        torch.manual_seed(3)
        model = HstMae(PRESETS["test"]).eval()
        torch.nn.init.constant_(model.decoder.loud.bias, 0)
        x = pair_of(batch=1)
        latent, _, tokens = model.encode(**{key: x[key] for key in x if key != "rank"})
        places, levels = torch.arange(24).unsqueeze(0), torch.full((1, 24), 6)
        run = lambda latent: model.decode(latent, levels, places, x["context"], tokens, x["region"], x["rank"], x["memory"], x["session"])[0]
        turn = torch.matmul(one_hot(x["region"], torch.float32), x["rank"].float().unsqueeze(2))[0, :, 0]
        for at in turn.unique()[1:].tolist():
            later = latent + (turn >= at).float().view(1, -1, 1)
            off = (run(later) - run(latent)).abs().amax((2, 3, 4, 5))[0]
            self.assertEqual(off[turn < at].max().item(), 0)
            self.assertGreater(off[turn >= at].min().item(), 1e-4)
        self.assertEqual(link(places, x["region"], 6, x["rank"]).blocked.min().item(), BLOCKED)

    def test_memory_moves_by_a_tenth_and_waits_where_nothing_is_decoded(self):
        memory = HstMae(PRESETS["test"]).decoder.memory
        old, x = torch.rand(1, REGIONS, 8), torch.rand(1, 3, 16)
        new = memory.update(old, x, torch.tensor([[2, 2, 5]]))
        told = torch.tanh(memory.write(x))[0]
        self.assertTrue(torch.allclose(new[0, 2], 0.9 * old[0, 2] + 0.1 * told[:2].mean(0), atol=1e-6))
        self.assertTrue(torch.allclose(new[0, 5], 0.9 * old[0, 5] + 0.1 * told[2], atol=1e-6))
        self.assertTrue(torch.equal(new[0, [0, 1, 3, 4, 6, 7]], old[0, [0, 1, 3, 4, 6, 7]]))


if __name__ == "__main__":
    unittest.main()
